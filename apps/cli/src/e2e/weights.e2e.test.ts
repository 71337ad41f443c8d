// Files of weights of others, in and out: inspected, converted, used, and trained from.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { register } from '@resnetjs/backend-cpu';
import {
  createClassifier,
  createNetwork,
  disposeVariables,
  parameters,
  preprocessings,
} from '@resnetjs/core';
import { cifar10Classes } from '@resnetjs/core/classes';
import { encodeWeights, openWeights, type WrittenFormat, weightsOf } from '@resnetjs/weights';
import { readModel, writeFileAtomically, writeFilesAtomically } from '@resnetjs/weights/node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { residentIn, writeImages } from './e2e.test-support.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-weights-'));
const { run: resnet, line, end } = residentIn(folder);
const path = (name: string) => join(folder, name);

/** A file for each format, by its ending. */
const files = {
  'own/model.safetensors': 'resnetjs',
  'a.safetensors': 'safetensors',
  'a.pth': 'pytorch',
  'a.keras': 'keras',
  'a.weights.h5': 'keras-weights',
  'a.onnx': 'onnx',
  'web/model.json': 'tfjs',
} as const satisfies Readonly<Record<string, WrittenFormat>>;
const names = Object.keys(files) as (keyof typeof files)[];

/** Every parameter's values, whatever the format. */
async function valuesIn(file: string): Promise<ReadonlyMap<string, Float32Array>> {
  return readModel(path(file), async (source) => {
    const { network, read } = await openWeights(source);
    const values = new Map<string, Float32Array>();
    for (const parameter of parameters(network)) values.set(parameter.id, await read(parameter));
    return values;
  });
}

/** The same as one number, since comparing a million values takes seconds. */
async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for (const [id, values] of await valuesIn(file)) hash.update(id).update(values);
  return hash.digest('hex');
}

beforeAll(async () => {
  await register();
  const network = createNetwork('cifar/resnet20', { classes: 10 });
  const classifier = createClassifier(network, {
    classes: cifar10Classes,
    seed: 5,
    preprocessing: preprocessings.cifar,
  });
  for (const each of ['own', 'web']) mkdirSync(path(each));
  for (const name of names) {
    await writeFilesAtomically(path(name), encodeWeights(weightsOf(classifier), { to: files[name] }));
  }
  disposeVariables(classifier.variables);
  const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * i * 7) >> 8);
  await sharp(data, { raw: { height: 40, width: 30, channels: 3 } })
    .png()
    .toFile(path('image.png'));
  await writeImages(folder, 'images', { daisy: 4, rose: 4, tulip: 4 });
  await writeImages(folder, 'two', { truck: 1, airplane: 2 });
  await writeImages(folder, 'ten', Object.fromEntries(cifar10Classes.map((name) => [name, 1])));
});
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

describe('resnet inspect', () => {
  it.each(names)('says what is in %s', async (name) => {
    const { stdout } = await line(`inspect ${name} --json`);
    const isTorch = name === 'a.pth' || name === 'a.safetensors';
    expect(JSON.parse(stdout)).toMatchObject({
      container: files[name],
      network: 'cifar/resnet20',
      inputShape: [32, 32, 3],
      classes: cifar10Classes,
      classesFrom: name === 'a.pth' ? 'assumed' : 'file',
      preprocessing: preprocessings.cifar,
      preprocessingFrom: name === 'a.pth' ? 'assumed' : 'file',
      parameters: { total: 271_098, trainable: 269_722 },
      reason: null,
      unused: isTorch ? [{ kind: 'counters', count: 19, example: 'bn1.num_batches_tracked' }] : [],
    });
  });

  it('says what is in an ONNX file, whose graph says which network it is', async () => {
    const { stdout } = await line('inspect a.onnx');
    expect(stdout).toMatch(/^format +ONNX, 1\.1 MB$/m);
    expect(stdout).toMatch(/^network +cifar\/resnet20 \(CIFAR\)$/m);
    expect(stdout).toMatch(/^parameters +269,722, and 1,376 running statistics$/m);
    expect(stdout).toMatch(/^says .*producer_name ResNet\.js.*opset 17/m);
    const predicted = async (file: string) =>
      JSON.parse((await line(`predict ${file} image.png --json`)).stdout).images[0].predictions;
    const [theirs, ours] = [await predicted('a.onnx'), await predicted('own')];
    expect(theirs).toHaveLength(3);
    for (const [at, { class: name, probability }] of theirs.entries()) {
      expect(ours[at]).toEqual({ class: name, probability: expect.closeTo(probability, 6) });
    }
  });

  it('prints it, and lists tensors', async () => {
    const { stdout } = await line('inspect a.pth --tensors');
    expect(stdout).toMatch(/^network +cifar\/resnet20 \(CIFAR\)/m);
    expect(stdout).toMatch(/^beside +19 counters, such as bn1\.num_batches_tracked$/m);
    expect(stdout).toMatch(/^conv1\.weight +F32 +\[16, 3, 3, 3\]$/m);
    expect(stdout.split('\n').filter((row) => / (F32|I64) +\[/.test(row))).toHaveLength(97 + 19);
  });

  it('shows format and tensors of a file whose network it does not know, and why', async () => {
    const tensor = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
    const header = Buffer.from(JSON.stringify({ alien: tensor }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(path('alien.safetensors'), Buffer.concat([length, header, Buffer.alloc(8)]));
    const { code, stdout } = await line('inspect alien.safetensors');
    expect(stdout).toMatch(
      /^format +safetensors, \d+ bytes\ntensors +1 with 2 values: 1 F32\nnetwork +none: /m,
    );
    expect(code).toBe(0);
    const used = await line('predict alien.safetensors image.png');
    expect(used.code).toBe(1);
    expect(used.stderr).toMatch(/^error: alien\.safetensors: /m);
  });

  it('says what options change, and where from', async () => {
    writeFileSync(path('labels.txt'), `${[...'abcdefghij'].join('\r\n')}\r\n`);
    const { stdout } = await line(
      'inspect a.pth --labels labels.txt --preprocessing torchvision --image-size 40 --json',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      classes: [...'abcdefghij'],
      classesFrom: 'option',
      preprocessing: { interpolation: 'bilinear', fit: 'crop', cropShare: 0.875 },
      preprocessingFrom: 'option',
      inputShape: [40, 40, 3],
    });
  });

  it.each([
    ['inspect a.pth --labels imagenet', 2, /1000 classes were given, but the file's network outputs \[10\]/],
    ['inspect own --network resnet50', 2, /The file's network is cifar\/resnet20, not resnet50/],
  ])('says what is wrong: %s', async (command, code, message) => {
    const result = await line(command);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
  });

  it('refuses what is no file of weights', async () => {
    writeFileSync(path('notes.txt'), 'these are not weights, but notes\n');
    writeFileSync(path('half.pth'), readFileSync(path('a.pth')).subarray(0, 50_000));
    writeFileSync(path('half.safetensors'), readFileSync(path('a.safetensors')).subarray(0, 50_000));
    const fixtures = JSON.parse(
      readFileSync(
        new URL(
          '../../../../packages/weights/src/containers/pytorch/files.test-support.json',
          import.meta.url,
        ),
        'utf8',
      ),
    );
    const { file } = Object.values<{ name?: string; file: string }>(fixtures.refused)[0] as { file: string };
    writeFileSync(path('module.pth'), inflateSync(Buffer.from(file, 'base64')));
    for (const name of ['notes.txt', 'half.pth', 'half.safetensors', 'module.pth', 'images/daisy/0.jpg']) {
      const { code, stderr, stdout } = await line(`inspect ${name}`);
      expect(`${name}: ${stderr}`).toContain(`error: ${name}: `);
      expect(stdout).toBe('');
      expect(code).toBe(1);
    }
  });
});

describe('resnet convert', () => {
  it('writes one format after the other, equal to the bit', async () => {
    const before = await digestOf('own/model.safetensors');
    const ring = [
      'own/model.safetensors',
      'b.pth',
      'b.weights.h5',
      'b.safetensors',
      'b.keras',
      'b.onnx',
      'web2/model.json',
      'ring1/',
    ];
    for (const [index, target] of ring.slice(1).entries()) {
      const source = ring[index] as string;
      expect(await line(`convert ${source} ${target}`)).toMatchObject({ code: 0 });
      expect(await digestOf(target.endsWith('/') ? `${target}model.safetensors` : target)).toBe(before);
    }
  }, 60_000);

  it('says what is assumed, left out, and lost', async () => {
    const halved = await line('convert a.pth half.keras --half');
    expect(halved.stdout).toMatch(/^left out: 19 counters$/m);
    expect(halved.stdout).toMatch(/^halves change values by up to 0\.0\d+%/m);
    const own = await line('convert own d.pth --json');
    expect(JSON.parse(own.stdout)).toMatchObject({
      written: ['d.pth'],
      format: 'pytorch',
      notSaid: ['classes', 'preprocessing'],
      half: null,
    });
    const assumed = await line('convert a.pth assumed/');
    expect(assumed.stdout).toMatch(/^images: as cifar \(assumed; --preprocessing\)$/m);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('writes ONNX files, and says what they take and give', async () => {
    const { stdout } = await line('convert a.pth a.onnx');
    expect(stdout).toMatch(/^opset 17: from images \[batch, 3, 32, 32\] to logits \[batch, 10\]$/m);
    expect(stdout).toMatch(/^Wrote a\.onnx \(1\.1 MB, in the names of cifar\)$/m);
    const other = await line(
      'convert own other.onnx --fold --layout nhwc --batch-size 2 --half --names keras --json',
    );
    const { bytes, ...output } = JSON.parse(other.stdout);
    expect(output).toMatchObject({
      ...{ format: 'onnx', writtenNames: 'keras', notSaid: [], half: { infinite: 0 } },
      onnx: {
        ...{ opset: 17, folded: 19 },
        input: { name: 'images', shape: [2, 32, 32, 3] },
        output: { name: 'logits', shape: [2, 10] },
      },
    });
    expect(readFileSync(path('other.onnx'))).toHaveLength(bytes);
    expect(bytes).toBeLessThan(0.6 * readFileSync(path('a.onnx')).length);
  });

  it('writes TensorFlow.js models into a folder, in place of the one before', async () => {
    const first = await line('convert a.pth tfjs --to tfjs --json');
    const names = ['model.json', 'group1-shard1of1.bin'];
    const written = names.map((name) => join('tfjs', name));
    const bytes = written.reduce((sum, each) => sum + readFileSync(path(each)).length, 0);
    expect(JSON.parse(first.stdout)).toMatchObject({ format: 'tfjs', written, bytes, notSaid: [] });
    const whole = readFileSync(path('tfjs/group1-shard1of1.bin')).length;
    for (const other of ['group1-shard1of2.bin', 'group1-shard2of2.bin', 'notes.txt']) {
      writeFileSync(path(join('tfjs', other)), '');
    }
    const halved = await line('convert own tfjs/model.json --half');
    expect(halved.stdout).toMatch(/^Wrote tfjs.model\.json and tfjs.group1-shard1of1\.bin \(/m);
    expect(readdirSync(path('tfjs')).sort()).toEqual([...names, 'notes.txt'].sort());
    expect(readFileSync(path('tfjs/group1-shard1of1.bin'))).toHaveLength(whole / 2);
    const { stdout } = await line('inspect tfjs');
    expect(stdout).toMatch(/^format +TensorFlow\.js layers model, 2 files, \d+ kB\ntensors +97 .*: 97 F16$/m);
    rmSync(path('tfjs/group1-shard1of1.bin'));
    const alone = await line('inspect tfjs');
    expect(alone.stderr).toMatch(/are in group1-shard1of1\.bin beside it\. .*no such file or folder/);
    expect(alone.code).toBe(1);
  });

  it("writes timm's configuration beside weights of its networks, and reads it", async () => {
    const network = createNetwork('resnet18', { input: [32, 32, 3], classes: 2 });
    const classifier = createClassifier(network, {
      classes: ['left', 'right'],
      preprocessing: preprocessings.timm,
    });
    await writeFileAtomically(
      path('r18.safetensors'),
      encodeWeights(weightsOf(classifier), { to: 'resnetjs' }).parts,
    );
    disposeVariables(classifier.variables);
    const { stdout } = await line('convert r18.safetensors timm/ --to safetensors');
    expect(stdout).toMatch(/^Wrote timm\/model\.safetensors and timm\/config\.json/m);
    expect(JSON.parse(readFileSync(path('timm/config.json'), 'utf8'))).toMatchObject({
      architecture: 'resnet18',
      num_classes: 2,
      num_features: 512,
      pretrained_cfg: {
        input_size: [3, 32, 32],
        mean: [0.485, 0.456, 0.406],
        classifier: 'fc',
        first_conv: 'conv1',
      },
    });
    const inspected = await line('inspect timm --json');
    expect(JSON.parse(inspected.stdout)).toMatchObject({
      container: 'safetensors',
      configs: ['timm/config.json'],
      inputShape: [32, 32, 3],
      classes: ['left', 'right'],
      classesFrom: 'file',
      preprocessing: { interpolation: 'bicubic', cropShare: 0.875 },
    });
  }, 30_000);

  it.each([
    ['convert a.pth a.pth', /a\.pth is the file that is read/],
    ['convert a.pth c.safetensors --to resnetjs --half', /hold float32/],
    ['convert web web/ --to tfjs', /web\/ is the file that is read/],
    ['convert a.pth c.json', /Give a folder for them: web_model/],
    ['convert a.pth c.pth --fold', /fold is an option of ONNX files; pytorch files have none/],
    ['convert a.pth c.pth --names keras', /names of a source in PyTorch, torchvision, timm/],
  ])('refuses %s', async (command, message) => {
    const { code, stderr } = await line(command);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it('leaves out the classifier if it is asked to', async () => {
    const { stdout } = await line('convert a.pth features.safetensors --classes none');
    expect(stdout).toMatch(/^left out: 19 counters, 2 other tensors$/m);
    const inspected = JSON.parse((await line('inspect features.safetensors --json')).stdout);
    expect(inspected).toMatchObject({ network: 'cifar/resnet20', classes: null });
    expect(inspected.parameters.trainable).toBe(269_722 - 65 * 10);
  });

  it('leaves nothing of a file that turns out to be damaged', async () => {
    const bytes = readFileSync(path('own/model.safetensors'));
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] as number) ^ 1;
    writeFileSync(path('damaged.safetensors'), bytes);
    const { code } = await line('convert damaged.safetensors whole.pth');
    expect(code).toBe(1);
    expect(readdirSync(folder).filter((name) => name.includes('whole'))).toEqual([]);
  });
});

describe('a file of weights', () => {
  it('predicts the same, whatever its format, and says what was assumed', async () => {
    const results = await Promise.all(
      ['own', 'a.pth', 'a.keras', 'web'].map((name) =>
        line(`predict ${name} image.png --backend wasm --json`),
      ),
    );
    const shares = results.map(({ stdout }) =>
      JSON.parse(stdout).images[0].predictions.map(({ probability }: { probability: number }) => probability),
    );
    for (const each of shares) expect(each).toEqual(shares[0]);
    const text = await line('predict a.pth image.png --backend wasm');
    expect(text.stderr).toBe(
      "cifar/resnet20 (CIFAR): images as cifar (assumed; --preprocessing); 10 classes: CIFAR-10's (assumed; --labels)\n",
    );
    expect((await line('predict own image.png --backend wasm')).stderr).toBe('');
  });

  it('is evaluated on images whose classes it may have to be told', async () => {
    const { stdout, code } = await line('evaluate a.keras --data two --backend wasm --json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      images: 3,
      model: { container: 'keras', classesFrom: 'file' },
    });
    const other = await line('evaluate a.pth --data images --backend wasm');
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/The file doesn't name its classes: --labels does\./);
  });

  it('is where a training starts from, with a new dense layer for other classes', async () => {
    const options =
      '--batch-size 4 --epochs 2 --learning-rate 1e-9 --backend wasm --bn-statistics running --json';
    const trained = await line(`train --from a.pth --data images --out runs/new ${options}`);
    expect({ code: trained.code, stderr: trained.stderr }).toMatchObject({ code: 0 });
    const events = trained.stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(events[0]).toMatchObject({
      network: 'cifar/resnet20',
      classes: ['daisy', 'rose', 'tulip'],
      from: { file: 'a.pth', container: 'pytorch', network: 'cifar/resnet20', newHead: true },
    });
    expect(trained.stderr).toMatch(
      /^from +a\.pth .*a new dense layer for 3 classes, since it has 10 others$/m,
    );
    const [before, after] = await Promise.all([valuesIn('a.pth'), valuesIn('runs/new/model.safetensors')]);
    const kernel = 'stage1.block1.branch.0.kernel';
    const [old, now] = [before, after].map((values) => values.get(kernel) as Float32Array);
    expect(
      Math.max(...(now as Float32Array).map((value, i) => Math.abs(value - (old?.[i] as number)))),
    ).toBeLessThan(1e-6);
    expect([...after].find(([id]) => /^head\.\d+\.kernel$/.test(id))?.[1]).toHaveLength(64 * 3);
    rmSync(path('runs/new/model.safetensors'));
    const resumed = await line('train --resume runs/new --epochs 3 --json');
    expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: 0 });
    const { stdout } = await line('inspect runs/new --json');
    const { training, preprocessing } = JSON.parse(stdout);
    expect(training).toMatchObject({
      epochs: 3,
      from: { file: 'a.pth', container: 'pytorch', network: 'cifar/resnet20' },
    });
    expect(preprocessing).toMatchObject(preprocessings.cifar);
  }, 30_000);

  it('keeps its dense layer for the same classes in another order', async () => {
    const trained = await line(
      'train --from a.safetensors --data ten --epochs 1 --learning-rate 1e-9 --backend wasm --bn-statistics running --out runs/same',
    );
    expect(trained.stdout).toMatch(
      /^from +a\.safetensors \(safetensors\), with its classes: all weights are kept$/m,
    );
    const [before, after] = await Promise.all([
      valuesIn('a.safetensors'),
      valuesIn('runs/same/model.safetensors'),
    ]);
    const id = [...before.keys()].find((each) => /^head\.\d+\.kernel$/.test(each)) as string;
    expect(after.get(id)?.[7]).toBeCloseTo(before.get(id)?.[7] as number, 6);
    const { stdout } = await line('inspect runs/same --json');
    expect(JSON.parse(stdout).classes).toEqual(cifar10Classes);
  }, 30_000);

  it.each([['--network resnet50', 1, /not those of resnet50/]])(
    'refuses a training with %s',
    async (option, code, message) => {
      const result = await line(`train --from a.pth --data images --out runs/no --backend wasm ${option}`);
      expect(result.stderr).toMatch(message);
      expect(result.code).toBe(code);
      expect(existsSync(path('runs/no'))).toBe(false);
    },
  );
});

const shared = fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
const isThorough = process.env.RESNETJS_THOROUGH === '1';
/** How many of the first 200 test images, and of all 2,000, are classified correctly. */
const counts = {
  'resnet20-12fca82f.th': [160, 1627],
  'resnet32-d509ac18.th': [170, 1676],
  'mlperf-tiny-resnet8.h5': [144, 1528],
};

describe.skipIf(!existsSync(join(shared, 'pretrained')))(
  'networks that others trained (if their files are there)',
  () => {
    beforeAll(() => {
      if (isThorough) return symlinkSync(join(shared, 'cifar10/test'), path('cifar'));
      for (const name of cifar10Classes) {
        mkdirSync(path(`cifar/${name}`), { recursive: true });
        for (const file of readdirSync(join(shared, 'cifar10/test', name))
          .sort()
          .slice(0, 20)) {
          symlinkSync(join(shared, 'cifar10/test', name, file), path(`cifar/${name}/${file}`));
        }
      }
    });

    it.each(Object.entries(counts) as [string, [number, number]][])(
      '%s is right as often as published, and after conversion',
      async (name, [few, whole]) => {
        const original = join(shared, 'pretrained', name);
        const right = async (file: string) => {
          const { stdout } = await resnet([
            'evaluate',
            file,
            '--data',
            'cifar',
            '--backend',
            'wasm',
            '--json',
          ]);
          const { accuracy, images, loss } = JSON.parse(stdout);
          return { right: Math.round(accuracy * images), images, loss };
        };
        const first = await right(original);
        expect(first).toMatchObject(
          isThorough ? { right: whole, images: 2000 } : { right: few, images: 200 },
        );
        for (const target of isThorough
          ? ['keras', 'pth', 'weights.h5', 'safetensors', '']
          : name.endsWith('.h5')
            ? ['pth']
            : []) {
          const there = target === '' ? `there-${name}/` : `there.${target}`;
          const converted = await resnet(['convert', original, there]);
          expect(converted).toMatchObject({ code: 0, stderr: '' });
          expect(await right(there)).toEqual(first);
        }
      },
      isThorough ? 600_000 : 30_000,
    );
  },
);
