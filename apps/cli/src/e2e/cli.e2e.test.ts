import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { File as Hdf5File, ready } from 'h5wasm/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { program, residentIn, resnetIn, writeImages } from './e2e.test-support.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-cli-'));
const resnet = resnetIn(folder);
const { line, end } = residentIn(folder);
/** In a process of its own. */
const alone = (text: string) => resnet(text.split(' '));
const json = (text: string) => JSON.parse(text);
const jsonLines = (text: string) => text.trimEnd().split('\n').map(json);

/** The smallest network, on few and small images. */
const tiny = '--network preact/resnet --blocks 1 --batch-size 12';
const tinySigns = `${tiny} --data synthetic:signs --image-size 16 --images 48`;

function writeSigns(
  name: string,
  part: 'train' | 'test',
  options: { count: number; size: number; without?: string },
): void {
  const { count, size, without } = options;
  const file = new Hdf5File(join(folder, name), 'w');
  const pixels = Uint8Array.from({ length: count * size * size * 3 }, (_, i) => (i * 31) % 256);
  const labels = BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 3));
  const datasets = [
    { name: `${part}_set_x`, data: pixels, shape: [count, size, size, 3], dtype: '<B' },
    { name: `${part}_set_y`, data: labels, shape: [count], dtype: '<q' },
    { name: 'list_classes', data: BigInt64Array.of(0n, 1n, 2n), shape: [3], dtype: '<q' },
  ];
  for (const dataset of datasets) if (dataset.name !== without) file.create_dataset(dataset);
  file.close();
}

beforeAll(async () => {
  await ready;
  writeSigns('train_signs.h5', 'train', { count: 24, size: 16 });
  writeSigns('test_signs.h5', 'test', { count: 9, size: 16 });
  writeSigns('lacking.h5', 'train', { count: 9, size: 16, without: 'train_set_y' });
  writeFileSync(join(folder, 'cut.h5'), readFileSync(join(folder, 'train_signs.h5')).subarray(0, 5000));
  await writeImages(folder, 'flowers', { daisy: 5, rose: 5, tulip: 5 });
  await writeImages(folder, 'single', { daisy: 2 });
  await writeImages(folder, 'broken', { daisy: 2, rose: 2 });
  const whole = readFileSync(join(folder, 'broken/rose/1.jpg'));
  writeFileSync(join(folder, 'broken/rose/1.jpg'), whole.subarray(0, whole.length / 2));
  mkdirSync(join(folder, 'empty'));
  await writeImages(folder, 'holed', { daisy: 5, rose: 5, tulip: 5 });
  writeFileSync(join(folder, 'holed/rose/5.jpg'), whole.subarray(0, whole.length / 2));
  writeFileSync(join(folder, 'holed/tulip/empty.png'), '');

  mkdirSync(join(folder, 'runs/unvalidated'), { recursive: true });
  const trained = await alone(`train ${tinySigns} --epochs 2 --seed 3 --out runs/start`);
  expect(trained).toMatchObject({ code: 0, stderr: '' });
  const model = readFileSync(join(folder, 'runs/start/model.safetensors'));
  writeFileSync(join(folder, 'cut.safetensors'), model.subarray(0, model.length - 1));
  const lying = Buffer.from(model);
  lying.write('ffffffffffffff7f', 'hex');
  writeFileSync(join(folder, 'lying.safetensors'), lying);
});

afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

/** On Windows one process cannot send another Ctrl-C: kill ends it at once. */
const itHearsCtrlC = it.skipIf(process.platform === 'win32');

describe('resnet profile', () => {
  it('accounts for all of the time', async () => {
    const command =
      'profile preact/resnet --input-shape 16,16,3 --blocks 1 --batch-size 2 --rounds 2 --threads 1';
    const [text, data] = await Promise.all([line(command), line(`${command} --json`)]);
    expect(text.code).toBe(0);
    expect(Math.max(...text.stdout.split('\n').map((each) => each.length))).toBeLessThanOrEqual(80);
    const { kinds, unaccounted, peakGflops, inputShape } = json(data.stdout);
    expect(kinds.map(({ kind }: { kind: string }) => kind)).toContain('normalization');
    const shares = kinds.map(({ share }: { share: number }) => share);
    expect(shares.reduce((a: number, b: number) => a + b, unaccounted.share)).toBeCloseTo(1);
    expect(unaccounted.share).toBeGreaterThanOrEqual(0);
    expect(peakGflops).toBeGreaterThan(0);
    expect(inputShape).toEqual([16, 16, 3]);
  });
});

describe('resnet bench', () => {
  it('says what was measured, on what, and every time', async () => {
    const { code, stdout } = await line('bench --rounds 1 --threads 1 --json');
    expect(code).toBe(0);
    const { backend, threads, details, processor, workloads } = json(stdout);
    expect({ backend, threads }).toEqual({ backend: 'wasm', threads: 1 });
    expect(details.instructions).toMatch(/^WebAssembly SIMD, (128|256) bits.*, tiles for 3×3$/);
    expect(processor.name).not.toBe('');
    for (const { rounds, median } of workloads) expect(rounds).toEqual([median]);
  });
});

describe('resnet networks', () => {
  it('lists every network with the published figures, and takes each name', async () => {
    const [text, data] = await Promise.all([line('networks'), line('networks --json')]);
    const { networks } = json(data.stdout);
    const [resnet50] = networks.filter(({ name }: { name: string }) => name === 'resnet50');
    expect(resnet50).toMatchObject({
      ...{ family: 'torchvision', paper: 'He et al. 2015', inputShape: [224, 224, 3], classes: 1000 },
      parameters: { trainable: 25_557_032 },
      multiplyAdds: 4_089_184_256,
    });
    for (const { name } of networks) expect(text.stdout).toContain(`\n  ${name} `);
    expect(text.stdout).toMatch(/ {2}seresnet50 +28,088,024 .* 224×224 +1,000 {2}Hu et al\. 2018\n/);
  });
});

describe('resnet summary', () => {
  it('prints the table, and the figures as JSON', async () => {
    const command = 'summary course/resnet50 --input-shape 64,64,3 --classes 6';
    const [text, data] = await Promise.all([line(command), line(`${command} --json`)]);
    expect(text.stdout).toContain('Total params: 23,600,006');
    const { parameters, multiplyAdds, layers } = json(data.stdout);
    expect(parameters).toEqual({ total: 23_600_006, trainable: 23_546_886, nonTrainable: 53_120 });
    expect(multiplyAdds).toBeGreaterThan(1e8);
    expect(layers).toHaveLength(177);
    expect(layers[2]).toMatchObject({
      name: 'conv1',
      type: 'Conv2D',
      outputShape: [32, 32, 64],
      parameters: 9472,
    });
  });

  it('knows the options of each network, and a model', async () => {
    const [preact, plain, model] = await Promise.all([
      line('summary preact/resnet --blocks 2 --final-conv --no-shortcuts --input-name image --json'),
      line('summary course/resnet50 --plain --json'),
      line('summary runs/start --json'),
    ]);
    const names = json(preact.stdout).layers.map((layer: { name: string }) => layer.name);
    expect(names).toContain('image');
    expect(names).toContain('convF');
    expect(names).not.toContain('merge1');
    expect(json(plain.stdout).name).toBe('course/resnet50-plain');
    const dilated = json((await line('summary resnet18 --output-stride 8 --classes 3 --json')).stdout);
    expect(dilated.layers.at(-3)).toMatchObject({ type: 'Activation', outputShape: [28, 28, 512] });
    const cifar = json((await line('summary cifar/resnet20 --shortcut-option B --json')).stdout);
    expect(cifar.parameters.trainable).toBe(272_474);
    expect(json(model.stdout)).toMatchObject({ name: 'preact/resnet', inputShape: [16, 16, 3] });
  });

  it('names the layers in another dialect', async () => {
    const names = async (command: string) =>
      json((await line(`summary ${command} --json`)).stdout).layers.map(
        (layer: { name: string }) => layer.name,
      );
    const [own, course, keras, model] = await Promise.all([
      names('course/resnet50'),
      names('course/resnet50 --layer-names course'),
      names('course/resnet50 --layer-names keras'),
      names('runs/start --layer-names keras'),
    ]);
    expect(course).toEqual(own);
    expect([own[2], keras[2], model[1]]).toEqual(['conv1', 'conv2d', 'conv2d']);
  });
});

describe('resnet draw', () => {
  it('writes an image to a file, and to a pipe', async () => {
    const [file, pipe, model] = await Promise.all([
      line('draw course/resnet50 --out resnet50.svg'),
      line('draw course/resnet50'),
      line('draw runs/start --detail layers'),
    ]);
    expect(file).toEqual({
      code: 0,
      stdout: 'Wrote the drawing of course/resnet50 to resnet50.svg\n',
      stderr: '',
    });
    expect(readFileSync(join(folder, 'resnet50.svg'), 'utf8')).toBe(pipe.stdout);
    expect(pipe.stdout).toMatch(/^<svg .*<\/svg>\n$/s);
    expect(model.stdout).toContain('16×16×3 → 6');
  });

  it('draws blocks as they are described, and gives their data', async () => {
    const [identity, projected, plain] = await Promise.all([
      line('draw identity --kernel-size 2 --filters 4,4,3 --input-shape 4,4,3 --json'),
      line('draw convolutional --stride 1 --json --out projected.svg'),
      line('draw basic --shortcut none --theme dark'),
    ]);
    const drawing = json(identity.stdout);
    expect(drawing.nodes.map((node: { type: string }) => node.type)).toContain('Add');
    expect(drawing.nodes[0].outputShape).toEqual([4, 4, 3]);
    expect(json(projected.stdout).nodes.at(-1).outputShape).toEqual([56, 56, 512]);
    expect(readFileSync(join(folder, 'projected.svg'), 'utf8')).toContain('projection shortcut');
    expect(plain.stdout).not.toContain('shortcut<');
  });
});

describe('resnet augment', () => {
  it('writes a sheet, the same one for a seed, and says what is on it', async () => {
    const options = '--image-size 16 --augment flip=1,rotate=5,color=0.2 --mixup 0.2 --seed 3';
    const first = await line(`augment flowers --count 3 ${options} --out sheet.png`);
    expect(first).toEqual({
      code: 0,
      stdout:
        'the folder flowers: 15 images of 3 classes, 16×16 pixels\nWrote sheet.png: daisy, rose, tulip; each as it is, and in the epochs 1 to 8.\n',
      stderr: '',
    });
    const again = await line(`augment flowers --count 3 ${options} --out again.png --json`);
    expect(readFileSync(join(folder, 'again.png'))).toEqual(readFileSync(join(folder, 'sheet.png')));
    expect(json(again.stdout)).toEqual({
      out: 'again.png',
      images: [
        { index: 0, class: 'daisy' },
        { index: 5, class: 'rose' },
        { index: 10, class: 'tulip' },
      ],
      epochs: [1, 2, 3, 4, 5, 6, 7, 8],
      augment: 'flip=horizontal:1,rotate=5,color=0.2:0.2:0.2:0.05',
      mixing: { mixup: 0.2, probability: 1 },
      seed: 3,
    });
    await line(`augment flowers --count 3 ${options} --epoch 2 --out later.png`);
    expect(readFileSync(join(folder, 'later.png'))).not.toEqual(readFileSync(join(folder, 'sheet.png')));
  });

  it.each([
    ['augment flowers --augment flip', 2, "required option '--out <path>' not specified"],
    ['augment flowers --augment turn --out x.png', 2, 'There is no augmentation "turn"'],
    ['augment flowers --augment flip --out x.jpg', 2, '--out x.jpg: a sheet is a PNG file'],
    ['augment flowers --out x.png', 2, 'There is nothing to show. Give --augment'],
    ['augment broken --augment flip --out x.png', 1, 'rose/1.jpg'],
  ])('%s: fails, and writes nothing', async (text, expected, message) => {
    const { code, stderr } = await line(text);
    expect([code, stderr]).toEqual([expected, expect.stringContaining(message)]);
    expect(existsSync(join(folder, 'x.png'))).toBe(false);
  });
});

describe('resnet train', () => {
  it('takes HDF5 files, and tells each event as a line of JSON', async () => {
    const { code, stdout, stderr } = await alone(
      'train --network preact/resnet --blocks 1 --data train_signs.h5 --validation test_signs.h5 --epochs 2 ' +
        '--batch-size 32 --optimizer adam --learning-rate 1.5e-4 --seed 0 --backend wasm --out runs/signs --json',
    );
    expect(code).toBe(0);
    const events = jsonLines(stdout);
    expect(events[0]).toMatchObject({
      event: 'start',
      images: 24,
      validationImages: 9,
      classes: ['0', '1', '2'],
    });
    expect(events.filter(({ event }) => event === 'epoch')).toHaveLength(2);
    expect(events.filter(({ event }) => event === 'validation')).toHaveLength(2);
    const done = events.at(-1);
    expect(done).toMatchObject({ event: 'done', completed: true, epochs: 2, steps: 2 });
    expect(done.path).toBe(join('runs/signs/model.safetensors'));
    for (const value of [done.loss, done.accuracy, done.validation.loss, done.validation.accuracy]) {
      expect(value).toBeGreaterThanOrEqual(0);
    }
    expect(stderr).toContain('resnet evaluate runs/signs --data test_signs.h5');
    expect(stderr).not.toContain('\u001b');
  });

  it('takes a folder of images, and tells of itself in plain lines in a pipe', async () => {
    const { code, stdout, stderr } = await line(
      'train --network preact/resnet --blocks 1 --data flowers/ --validation-split 0.2 --image-size 16 --epochs 2 --out runs/flowers',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/15 images of 3 classes, 16×16 pixels; 12 for training/);
    expect(stdout).toMatch(
      /^epoch 2\/2 done {2}loss \S+ {2}accuracy \S+% {2}validation loss \S+ {2}accuracy \S+%/m,
    );
    expect(stdout).toMatch(/^The model is runs\/flowers\/model\.safetensors/m);
    expect(stdout).not.toContain('\u001b');
    expect(readdirSync(join(folder, 'runs/flowers'))).toEqual([
      'checkpoints',
      'log.csv',
      'model.safetensors',
      'recipe.json',
    ]);
  });

  it.runIf(process.platform === 'linux')('says that nothing can be printed to a full disk', () => {
    const full = openSync('/dev/full', 'w');
    const command = [program, ...`train ${tinySigns} --out runs/mute --json`.split(' ')];
    const { status, stderr } = spawnSync(process.execPath, command, {
      cwd: folder,
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect(stderr).toMatch(/error: The output can't be written: ENOSPC.* Free some space/);
    expect(status).toBe(1);
    expect(existsSync(join(folder, 'runs/mute'))).toBe(false);
  });

  it('resumes on the backend that auto chose', async () => {
    const begun = await alone(`train ${tinySigns} --epochs 1 --backend auto --out runs/auto`);
    const [, chosen] = /parameters, on (wasm|node)$/m.exec(begun.stdout) ?? [];
    expect(begun.stderr).toContain(`backend: ${chosen}, `);
    const resumed = await alone('train --resume runs/auto --epochs 2');
    expect(resumed.stderr).not.toContain('backend: '); // it does not choose again
    expect(resumed.stdout).toMatch(new RegExp(`parameters, on ${chosen}$`, 'm'));
  });

  it('skips broken images with --on-error skip, as if they had never been there', async () => {
    const options = '--validation-split 0.2 --image-size 16 --epochs 1 --interpolation bicubic --fit crop';
    const command = `train ${tiny} ${options}`;
    const [whole, holed, text] = await Promise.all([
      line(`${command} --data flowers --out runs/whole --json`),
      line(`${command} --data holed --out runs/holed --on-error skip --json`),
      line(`${command} --data holed --out runs/text --on-error skip`),
    ]);
    expect([whole.code, holed.code, text.code]).toEqual([0, 0, 0]);
    const model = (run: string) => readFileSync(join(folder, 'runs', run, 'model.safetensors'));
    expect(Buffer.compare(model('whole'), model('holed'))).toBe(0);
    const [start] = jsonLines(holed.stdout);
    expect(start).toMatchObject({ images: 12, validationImages: 3 });
    expect(start.skipped.map(({ file }: { file: string }) => file)).toEqual([
      join('holed/rose/5.jpg'),
      join('holed/tulip/empty.png'),
    ]);
    expect(text.stdout).toMatch(/2 images skipped:\n {2}holed\/rose\/5\.jpg is a broken or truncated image/);
    const [evaluated, evaluatedText, failed] = await Promise.all([
      line('evaluate runs/holed --data holed --on-error skip --json'),
      line('evaluate runs/holed --data holed --on-error skip'),
      line('evaluate runs/holed --data holed'),
    ]);
    expect(json(evaluated.stdout)).toMatchObject({ images: 15, skipped: [{}, {}] });
    expect(evaluatedText.stdout).toMatch(/2 images skipped:/);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/5\.jpg is a broken .*Use --on-error skip to skip such images/);
  });

  // Tens of millions of weights, their momenta and two files of them.
  it.runIf(process.env.RESNETJS_THOROUGH === '1')('trains ResNet-50 with SGD', async () => {
    writeSigns('larger.h5', 'train', { count: 4, size: 64 });
    const { code, stdout } = await line(
      'train --network course/resnet50 --initialization course --data larger.h5 --epochs 1 --optimizer sgd --momentum 0.5 --out runs/large --json',
    );
    expect(code).toBe(0);
    expect(jsonLines(stdout)[0].parameters.total).toBeGreaterThan(23e6);
  });

  it('trains with SGD', async () => {
    const { code, stdout } = await line(
      `train ${tinySigns} --optimizer sgd --momentum 0.5 --epochs 1 --out runs/sgd --json`,
    );
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1).loss).toBeGreaterThan(0);
    const { training } = json((await line('inspect runs/sgd --json')).stdout);
    expect(training.recipe.optimizer).toMatchObject({ momentum: 0.5 });
  });

  it('gives equal files for equal runs, with an image that it has not seen', async () => {
    const [again, other] = await Promise.all([
      alone(`train ${tinySigns} --epochs 2 --seed 3 --out runs/again --json`),
      line(`train ${tinySigns} --epochs 2 --seed 4 --bn-statistics running --out runs/other`),
    ]);
    expect([again.code, other.code]).toEqual([0, 0]);
    const model = (run: string) => readFileSync(join(folder, 'runs', run, 'model.safetensors'));
    expect(Buffer.compare(model('again'), model('start'))).toBe(0);
    expect(Buffer.compare(model('other'), model('start'))).not.toBe(0);
    expect(readdirSync(join(folder, 'runs/again'))).toEqual([
      'checkpoints',
      'log.csv',
      'model.safetensors',
      'recipe.json',
      'unseen-4.png',
    ]);
  });

  itHearsCtrlC('finishes the step at Ctrl-C, and leaves a model that can be used', async () => {
    const args = `train ${tinySigns} --epochs 1000 --out runs/stopped --json`.split(' ');
    const { code, stdout, stderr } = await resnet(args, (child) => {
      child.stdout?.on('data', function interrupt(text: string) {
        if (!text.includes('"step"')) return;
        child.stdout?.off('data', interrupt);
        child.kill('SIGINT');
      });
    });
    expect(code).toBe(130);
    expect(stderr).toContain('Stopping: finishing this step');
    expect(stderr).toContain('The model is runs/stopped/model.safetensors');
    expect(jsonLines(stdout).at(-1)).toMatchObject({ event: 'done', completed: false });
    const evaluated = await line('evaluate runs/stopped --data synthetic:signs --json');
    expect(json(evaluated.stdout).images).toBe(600);
  });
});

describe('resnet evaluate', () => {
  it('prints F1, top k and calibration, and writes the mistakes, the surest first', async () => {
    const outcome = await line('evaluate runs/stopped --data synthetic:signs --mistakes mistakes.csv --json');
    const { images, accuracy, confusion, perClass, macroF1, topAccuracies, calibration, mistakes } = json(
      outcome.stdout,
    );
    expect(mistakes).toBe('mistakes.csv');
    const [head, ...rows] = readFileSync(join(folder, 'mistakes.csv'), 'utf8').trimEnd().split('\n');
    expect(head).toBe('image,class,predicted,probability,probability_of_class,rank_of_class');
    expect(rows.length).toBe(Math.round(images * (1 - accuracy)));
    const sure = rows.map((row) => Number(row.split(',')[3]));
    expect(sure).toEqual([...sure].sort((a, b) => b - a));
    const counted = confusion.map((row: number[], label: number) =>
      row.map((_, predicted) =>
        label === predicted
          ? row[label]
          : rows.filter((each) => each.split(',').slice(1, 3).join() === `${label},${predicted}`).length,
      ),
    );
    expect(counted).toEqual(confusion);
    expect(topAccuracies[0]).toBeCloseTo(accuracy, 12);
    expect(topAccuracies.length).toBe(5);
    expect(macroF1).toBeCloseTo(
      perClass.reduce((sum: number, { f1 }: { f1: number }) => sum + f1, 0) / 6,
      12,
    );
    const inBins = calibration.bins.reduce((sum: number, bin: { images: number }) => sum + bin.images, 0);
    expect([calibration.bins.length, inBins]).toEqual([15, images]);
  });

  it('prints figures, classes and confusion', async () => {
    const [text, data] = await Promise.all([
      line('evaluate runs/start --data synthetic:signs'),
      line('evaluate runs/signs/model.safetensors --data test_signs.h5 --json'),
    ]);
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/^accuracy {2}\d+\.\d% {2}\(\d+ of 600\)$/m);
    expect(text.stdout).toMatch(/^Confusion matrix$/m);
    for (const each of text.stdout.split('\n')) expect(each.length).toBeLessThanOrEqual(80);
    const { accuracy, loss, images, classes, perClass, confusion } = json(data.stdout);
    expect(Object.keys(perClass[0])).toEqual(['class', 'images', 'correct', 'recall', 'precision', 'f1']);
    expect(perClass.map((each: { class: string }) => each.class)).toEqual(classes);
    expect(images).toBe(9);
    expect(loss).toBeGreaterThan(0);
    expect(classes).toEqual(['0', '1', '2']);
    const correct = confusion.reduce(
      (sum: number, row: number[], label: number) => sum + (row[label] as number),
      0,
    );
    expect(correct / 9).toBeCloseTo(accuracy);
  });
});

describe('resnet predict', () => {
  it('classifies images, the most probable class first', async () => {
    const files = 'flowers/daisy/0.jpg flowers/rose/1.jpg';
    const [text, data] = await Promise.all([
      line(`predict runs/flowers ${files} --top 2`),
      line(`predict runs/flowers ${files} --json`),
    ]);
    expect(text.stdout).toMatch(/^flowers\/daisy\/0\.jpg\n {2}\w+ +\d+\.\d% {2}[█░]{20}\n {2}\w+ /);
    const { images: results, model } = json(data.stdout);
    expect(model).toMatchObject({ container: 'resnetjs', classesFrom: 'file', preprocessingFrom: 'file' });
    expect(results.map(({ file }: { file: string }) => file)).toEqual(files.split(' '));
    for (const { predictions } of results) {
      const shares = predictions.map(({ probability }: { probability: number }) => probability);
      expect(shares).toEqual([...shares].sort((a, b) => b - a));
      expect(shares.reduce((a: number, b: number) => a + b)).toBeCloseTo(1, 5);
      expect(['daisy', 'rose', 'tulip']).toContain(predictions[0].class);
    }
  });
});

describe('resnet backends', () => {
  it('says what is there, and what is not and why', async () => {
    const [text, data] = await Promise.all([line('backends'), line('backends --json')]);
    expect(text.stdout).toMatch(/^wasm +available$/m);
    expect(text.stdout).toMatch(/^webgl +not available: runs in browsers, /m);
    expect(text.stdout).toMatch(/^webgpu +not available: not part of this version$/m);
    const [wasm, ...others] = json(data.stdout);
    expect(wasm).toMatchObject({ name: 'wasm', available: true, reason: null });
    expect(wasm.threads).toBeGreaterThanOrEqual(1);
    expect(wasm.kernels).toContain('Conv2DBackpropFilter');
    expect(others).toContainEqual(expect.objectContaining({ name: 'cpu', available: true, threads: 1 }));
    for (const other of others.filter(({ name }: { name: string }) => name !== 'cpu')) {
      if (other.name === 'node' && other.available) expect(other.kernels).toContain('ResNetAdamUpdate');
      else expect(other).toMatchObject({ available: false, threads: null });
    }
  });
});

describe('what can go wrong', () => {
  let failures = 0;
  const train = `train ${tiny} --out OUT`;

  it.concurrent.each([
    [`${train} --data nowhere/`, 2, /"nowhere\/" is neither a file nor a folder/],
    [`${train} --data empty`, 1, /empty .* has no folders of images in it/],
    [`${train} --data single`, 1, /images of at least two classes are needed/],
    ['profile course/resnet50 --input-shape 8000,8000,3', 2, /32 images of 8000×8000×3 takes .*--batch-size/],
    [`${train} --data broken`, 1, /broken\/rose\/1\.jpg is a broken or truncated image/],
    [`${train} --data cut.h5`, 1, /cut\.h5 .* is truncated/],
    [`${train} --data lacking.h5`, 1, /lacking\.h5 .* train_set_y is missing/],
    [
      `${train} --data train_signs.h5 --image-size 32`,
      2,
      /holds images of 16×16 pixels, not 32×32, .* Leave --image-size out/,
    ],
    [`${train} --data train_signs.h5 --images 9`, 2, /--images is for synthetic:signs/],
    [`${train} --data flowers --validation flowers --validation-split 0.5`, 2, /not both/],
    [
      `${train} --data flowers --validation train_signs.h5 --image-size 16`,
      1,
      /classes are daisy, rose, tulip, but/,
    ],
    [`${train} --data synthetic:signs --learning-rate NaN`, 2, /It must be a positive number/],
    [`${train} --data synthetic:signs --momentum 0.9`, 2, /--momentum is for --optimizer sgd/],
    [`${train} --data synthetic:signs --backend wsam`, 2, /Did you mean wasm\?/],
    [
      `${train} --data synthetic:signs --backend gpu`,
      2,
      /"gpu"\. In Node every backend computes on the processor/,
    ],
    [
      `${train} --data flowers --validation test_signs.h5 --image-size 32`,
      2,
      /training images are 32×32; give/,
    ],
    ['evaluate runs/start --data flowers --best', 1, /model's classes are 0, 1, 2, 3, 4, 5, but/],
    ['evaluate runs/unvalidated --data flowers --best', 2, /holds no best model.* Leave --best out/],
    ['predict runs/start/model.safetensors --best a.jpg --json', 2, /--best is for the folder of a training/],
    ['predict runs/start --wrong --json', 2, /unknown option '--wrong'/],
    ['evaluate --json', 2, /missing required argument 'model'/],
    [`${train} --data synthetic:signs --backend webgpu`, 1, /not part of this version\. Use --backend wasm/],
    [
      `train ${tinySigns} --learning-rate 1e30 --out OUT`,
      1,
      /The loss became (NaN|Infinity) at step \d+ of epoch 1/,
    ],
    [
      `train ${tinySigns} --out cut.h5/run`,
      1,
      /cut\.h5\/run can't be written to: .* is a file, not a folder/,
    ],
    [`train ${tinySigns} --out /proc/run`, 1, /\/proc\/run can't be written to/],
    ['train --network resnext50 --data flowers --out OUT', 2, /Did you mean resnext50_32x4d\?/],
    [
      'train --network course/resnet50 --blocks 3 --data flowers --out OUT',
      2,
      /--blocks is an option of preact\/resnet/,
    ],
    ['draw resnet-50', 2, /There is no network or block "resnet-50"\. Did you mean resnet50\?/],
    ['draw identty', 2, /Did you mean identity\?/],
    [
      'draw identity --stride 2',
      2,
      /--stride is not an option of identity, but of basic, bottleneck, convolutional/,
    ],
    ['draw pre-activation --shortcut projection', 2, /--shortcut projection is not for pre-activation/],
    ['draw preactivation', 2, /"preactivation" is now pre-activation/],
    ['draw resnetPreAct --plain', 2, /"resnetPreAct" is now preact\/resnet/],
    [
      'summary resnet50 --shortcut-option B',
      2,
      /--shortcut-option is an option of cifar\/resnet…, not of resnet50/,
    ],
    [
      'draw cifar/resnet20 --output-stride 8',
      2,
      /--output-stride is an option of torchvision's, timm's and keras\/…, not of cifar\/resnet20/,
    ],
    [
      'train --network resnet18 --plain --stochastic-depth 0.1 --data flowers --out OUT',
      2,
      /--stochastic-depth is for blocks with shortcuts, which --plain leaves out/,
    ],
    ['summary course/resnet50 --layer-names torch', 2, /Allowed choices are course, preact, torchvision/],
    ['profile resnetPreAct', 2, /"resnetPreAct" is now preact\/resnet/],
    ['draw identity --filters 1,2', 2, /--filters has 2 numbers, but identity has 3 convolutions/],
    ['draw identity --classes 3', 2, /--classes is for networks/],
    ['draw identity --input-shape 4,4,3', 1, /adds a branch of shape \[4, 4, 256\]/],
    ['draw course/resnet50 --filters 1,2,3', 2, /--filters is for blocks/],
    ['draw course/resnet50 --out image.png', 2, /a drawing is an SVG file/],
    ['draw course/resnet50 --out nowhere/image.svg', 1, /nowhere\/image\.svg could not be written/],
    [
      'summary resnet51',
      2,
      /There is no network "resnet51"\. Did you mean resnet50\? All names: .*resnet.* networks\./,
    ],
    ['summary course/resnet50 --input-shape 16,16,3', 1, /avg_pool cannot move a 2×2 window/],
    [
      'summary runs/start --classes 3',
      2,
      /--classes can't be given for a model: the network of runs\/start is fixed/,
    ],
    ['evaluate nowhere --data synthetic:signs', 1, /There is no model at nowhere/],
    ['evaluate empty --data synthetic:signs', 1, /holds no model\.safetensors/],
    [
      'evaluate cut.safetensors --data synthetic:signs',
      1,
      /cut\.safetensors: .* it is truncated, or the offsets are wrong/,
    ],
    [
      'evaluate lying.safetensors --data synthetic:signs',
      1,
      /says that its header has 9223372036854775807 bytes/,
    ],
    [
      'evaluate runs/start --data flowers',
      1,
      /model's classes are 0, 1, 2, 3, 4, 5, but .* doesn't know daisy, rose, tulip/,
    ],
    ['predict runs/start flowers/daisy/0.jpg broken/rose/1.jpg', 1, /is a broken or truncated image/],
    ['predict runs/start nowhere.jpg --json', 1, /nowhere\.jpg cannot be opened/],
    ['predict cut.h5 flowers/daisy/0.jpg', 1, /cut\.h5: The HDF5 file is damaged or truncated/],
  ])('%s', async (command, code, message) => {
    const out = `failed-${++failures}`;
    const outcome = await line(command.replace('OUT', out));
    expect(outcome.stderr).toMatch(message);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toMatch(/^error: /m);
    expect(outcome.stderr).not.toMatch(/^\s+at .*:\d+/m);
    if (command.includes('--json')) {
      const { error } = json(outcome.stdout);
      expect(error.message).toMatch(message);
      expect(error.code).toMatch(/^[a-z-]+$/);
    }
    expect(readdirSync(folder)).not.toContain(out);
  });

  it('leaves the model that was there', async () => {
    const path = join(folder, 'runs/start/model.safetensors');
    const before = readFileSync(path);
    expect((await line(`train ${tinySigns} --learning-rate 1e30 --out runs/start`)).code).toBe(1);
    expect(Buffer.compare(readFileSync(path), before)).toBe(0);
    expect(readdirSync(join(folder, 'runs/start'))).toEqual([
      'checkpoints',
      'log.csv',
      'model.safetensors',
      'recipe.json',
      'unseen-4.png',
    ]);
  });

  it('is quiet if its reader stops early', async () => {
    const outcome = await resnet('summary course/resnet50'.split(' '), (child) => child.stdout?.destroy());
    expect(outcome.stderr).toBe('');
  });
});
