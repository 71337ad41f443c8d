import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { register } from '@resnetjs/backend-wasm';
import {
  createNetwork,
  createPredictor,
  type NetworkName,
  type Parameter,
  parameters,
  preprocessings,
  topClasses,
} from '@resnetjs/core';
import { decodeImage } from '@resnetjs/data/node';
import {
  type EncodeWeightsOptions,
  encodeWeights,
  type OpenedWeights,
  openWeights,
  readClassifier,
  type WrittenFormat,
} from '@resnetjs/weights';
import { encodeKerasWeights, kerasConfig } from '@resnetjs/weights/containers';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessibilityProblems,
  downloaded,
  dropped,
  type Visit,
  visit,
  whyNoBrowser,
} from '../../e2e.test-support.js';

const pretrained = fileURLToPath(new URL('../../../../../../shared/data/pretrained/', import.meta.url));

/** Values that differ, of a size at which activations neither vanish nor explode. */
async function read({ shape, role }: Parameter): Promise<Float32Array<ArrayBuffer>> {
  const length = shape.reduce((size, side) => size * side, 1);
  if (role === 'variance' || role === 'scale') return new Float32Array(length).fill(1);
  const spread = role === 'kernel' ? Math.sqrt(2 / (length / (shape.at(-1) as number))) : 0.1;
  return Float32Array.from({ length }, (_, at) => spread * 1.4 * Math.sin(12.9898 * at * at + at));
}

/** A network's file, by the library. */
async function encoded(name: NetworkName, options: EncodeWeightsOptions): Promise<Buffer> {
  return collected(encoding(name, options).parts);
}

function encoding(name: NetworkName, options: EncodeWeightsOptions) {
  const network = createNetwork(name);
  const weights = { network, classes: null, preprocessing: preprocessings.cifar, training: null, read };
  return encodeWeights(weights, options);
}

/** A file of Keras's automatic names, which doesn't say of which network it is. */
async function unnamed(name: NetworkName): Promise<Buffer> {
  const network = createNetwork(name);
  const byId = new Map(parameters(network).map((parameter) => [parameter.id, parameter]));
  const layers = kerasConfig(network, { dialect: 'keras' }).layers.map((layer) => ({
    name: layer.name,
    className: layer.className,
    variables: layer.parameters.map(({ id, role, shape }) => ({
      name: `${layer.name}/${role}`,
      shape,
      dtype: 'F32' as const,
      read: async () => new Uint8Array((await read(byId.get(id) as Parameter)).buffer),
    })),
  }));
  return collected(encodeKerasWeights(layers));
}

async function collected(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(Uint8Array.from(part));
  return Buffer.concat(all);
}

describe.skipIf(whyNoBrowser !== null)(`weights of others in the Use room ${whyNoBrowser ?? ''}`, () => {
  let folder: string;
  let here: Visit;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'resnetjs-page-'));
    const noise = Buffer.from(Array.from({ length: 48 * 40 * 3 }, (_, i) => (i * 7919) % 256));
    await sharp(noise, { raw: { width: 48, height: 40, channels: 3 } })
      .blur(2)
      .png()
      .toFile(join(folder, 'image.png'));
    here = await visit({ room: 'use' });
    here.context.setDefaultTimeout(30_000);
  });
  afterAll(async () => {
    await here?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const written = async (file: string, name: NetworkName, options: EncodeWeightsOptions) =>
    writeFileSync(join(folder, file), await encoded(name, options));
  const choose = (...files: string[]) =>
    here.page.locator('[data-purpose="model"]').setInputFiles(files.map((file) => join(folder, file)));
  /** What the panel says of the model. */
  const facts = async () => (await here.page.locator('.model').textContent()) ?? '';
  /** What the library makes of the image with a file. */
  async function classified(file: string) {
    await register({ threads: 1 });
    const classifier = await readClassifier(readFileSync(join(folder, file)));
    const predictor = createPredictor(classifier);
    const [probabilities = []] = await predictor.predict([await decodeImage(join(folder, 'image.png'))]);
    return topClasses(classifier.classes, probabilities, 8);
  }
  /** What the first file answers: all others are of the same network. */
  let expected: string;
  const waitForAnswer = (text: string) =>
    here.page.waitForFunction((all) => document.querySelector('.shares')?.textContent === all, text);

  it('opens a .pth file, says what it is and what was assumed, and classifies as the library does', async () => {
    const { page } = here;
    await written('resnet20.pth', 'cifar/resnet20', { to: 'pytorch' });
    await choose('resnet20.pth');
    await page
      .locator('.model', { hasText: 'resnet20.pth: PyTorch, in the names of CIFAR’s networks' })
      .waitFor();
    expect(await facts()).toContain('truck (assumed: the file has only numbers)');
    expect(await page.getByLabel('Pictures are prepared as for').inputValue()).toBe('cifar');
    expect(await facts()).toContain('Assumed: the file doesn’t say it.');
    await page.locator('[data-purpose="image"]').setInputFiles(join(folder, 'image.png'));
    await page.locator('canvas.heat').waitFor(); // Grad-CAM
    const rows = await page.locator('.shares li').allTextContents();
    expected = rows.join('');
    for (const [at, { class: name, probability }] of (await classified('resnet20.pth')).entries()) {
      expect(rows[at]?.startsWith(name)).toBe(true);
      // The page shows one decimal of a percent.
      const shown = Number.parseFloat(rows[at]?.slice(name.length) ?? '') / 100;
      expect(Math.abs(shown - probability)).toBeLessThan(0.6e-3);
    }
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it('lets the visitor change how pictures are prepared, and keeps the choice', async () => {
    const { page } = here;
    const choice = page.getByLabel('Pictures are prepared as for');
    await choice.selectOption('keras-caffe');
    await page.getByText('Your choice.').waitFor();
    await page.waitForFunction((all) => {
      const text = document.querySelector('.shares')?.textContent;
      return text !== undefined && text !== all;
    }, expected);
    await choice.selectOption('cifar');
    await page.getByText('Assumed: the file doesn’t').waitFor();
    await waitForAnswer(expected);
  });

  it.each([
    ['resnet20.keras', { to: 'keras' }, 'Keras'],
    ['resnet20.weights.h5', { to: 'keras-weights' }, 'Keras, weights alone'],
    ['resnet20.safetensors', { to: 'safetensors' }, 'safetensors'],
  ] as const)('opens %s, which answers the same', async (file, options, title) => {
    const { page } = here;
    await written(file, 'cifar/resnet20', options);
    await choose(file);
    await page.locator('.model', { hasText: `${file}: ${title}` }).waitFor();
    expect(await page.getByLabel('Pictures are prepared as for').inputValue()).toBe('cifar');
    await waitForAnswer(expected);
  });

  it('opens model.json of TensorFlow.js with its values beside it, which answers the same', async () => {
    const { parts, beside } = encoding('cifar/resnet20', { to: 'tfjs' });
    for (const each of beside) writeFileSync(join(folder, each.name), await collected(each.parts));
    writeFileSync(join(folder, 'model.json'), await collected(parts));
    await choose(...beside.map(({ name }) => name), 'model.json');
    await here.page.locator('.model', { hasText: 'model.json: TensorFlow.js' }).waitFor();
    await here.page.getByLabel('Pictures are prepared as for').selectOption('cifar');
    await waitForAnswer(expected);
  });

  it('asks which network it is where several fit', async () => {
    const { page } = here;
    writeFileSync(join(folder, '110.weights.h5'), await unnamed('cifar/resnet110'));
    await choose('110.weights.h5');
    await page.getByText('“110.weights.h5” has numbers in the shapes of several networks').waitFor();
    await page.getByRole('button', { name: 'cifar/resnet110' }).click();
    await page.locator('.model dd', { hasText: 'cifar/resnet110' }).first().waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('takes the configuration that comes with a file', async () => {
    const { page } = here;
    const config = {
      label_names: Array.from({ length: 10 }, (_, index) => `kind ${index}`),
      pretrained_cfg: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], crop_pct: 0.9 },
    };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    await choose('resnet20.safetensors', 'config.json');
    await page.locator('.model', { hasText: 'kind 0, kind 1' }).waitFor();
    expect(await page.getByLabel('Pictures are prepared as for').inputValue()).toBe('given');
    expect(await facts()).toContain('As the file says.');
  });

  async function downloadAs(format: WrittenFormat) {
    const { page } = here;
    await page.getByLabel('A file of it, for').selectOption(format);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download it' }).click(),
    ]);
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
  }
  it.each<[WrittenFormat, string]>([
    ['resnetjs', 'model.safetensors'],
    ['safetensors', 'cifar-resnet20.safetensors'],
    ['pytorch', 'cifar-resnet20.pth'],
    ['keras', 'cifar-resnet20.keras'],
    ['onnx', 'cifar-resnet20.onnx'],
  ])('downloads it as %s', async (format, name) => {
    const file = await downloadAs(format);
    expect(file.name).toBe(name);
    const opened: OpenedWeights = await openWeights(file.bytes);
    expect([opened.container, opened.network.name]).toEqual([format, 'cifar/resnet20']);
    for (const parameter of parameters(opened.network)) {
      const [values, expected] = await Promise.all([opened.read(parameter), read(parameter)]);
      expect(Buffer.from(values.buffer).equals(Buffer.from(expected.buffer)), parameter.id).toBe(true);
    }
  });

  it('says what is wrong with a damaged file, and keeps the model', async () => {
    const { page } = here;
    const whole = readFileSync(join(folder, 'resnet20.pth'));
    writeFileSync(join(folder, 'cut.pth'), whole.subarray(0, whole.length / 2));
    await choose('cut.pth');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/“cut\.pth” can’t be opened\. \S/);
    expect(await facts()).toContain('kind 0');
  });

  it('keeps the model, and what is known of its file, for the next visit', async () => {
    const { page } = here;
    await page.reload();
    await page.locator('.model', { hasText: 'resnet20.safetensors: safetensors' }).waitFor();
    expect(await facts()).toContain('kind 0, kind 1');
  });

  it('opens a model that is dropped anywhere in Look and in Use, and shows what is in the file', async () => {
    const { page, url } = here;
    await page.goto(`${url}#prove`);
    expect(await dropped(page, 'mine.pth', readFileSync(join(folder, 'resnet20.pth')))).toBe(true);
    await page.locator('.news', { hasText: '“mine.pth” is open. It is drawn here' }).waitFor();
    expect(await page.getByLabel('What to look at').inputValue()).toBe('file');
    const inspector = page.locator('.inspector');
    expect(await inspector.textContent()).toMatch(
      /mine\.pth.*PyTorch, in the names of CIFAR.*Tensors116 \(F32, I64\)/,
    );
    await page.locator('.node.block').first().click();
    await page.locator('.node.conv').first().click();
    const tensor = page.locator('.tensors li').first();
    expect(await inspector.textContent()).toContain('kernel size3 × 3');
    expect(await tensor.textContent()).toContain('layer1.0.conv1.weightkernel, 16 × 16 × 3 × 3, F32');
    await tensor.getByRole('button', { name: 'Read its values' }).click();
    await tensor.getByText('2,304 values from').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    const svg = (await downloaded(page, 'Save as SVG')).toString();
    expect(svg).toContain('<title id="drawing-title">mine.pth</title>');
    await page.getByRole('link', { name: 'answers in Use' }).click();
    await page.locator('.model', { hasText: 'mine.pth' }).waitFor();
    await dropped(page, 'image.png', readFileSync(join(folder, 'image.png')));
    await page.locator('img[alt="image.png"]').waitFor();
  });

  it.skipIf(!existsSync(pretrained))(
    'opens published weights of CIFAR-10 (skipped where there are none)',
    async () => {
      const { page, url } = here;
      await page.goto(`${url}#use`);
      await page.locator('[data-purpose="model"]').setInputFiles(join(pretrained, 'resnet20-12fca82f.th'));
      await page.locator('.model', { hasText: 'resnet20-12fca82f.th: PyTorch' }).waitFor();
      expect(await facts()).toContain('airplane, automobile');
    },
  );

  it('makes no outside request, and hides no error', () => {
    expect(here.outside).toEqual([]);
    expect(here.errors).toEqual([]);
  });
});
