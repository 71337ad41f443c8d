import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { residentIn, resnetIn } from './e2e.test-support.js';

// What the files are, and what the commit that wrote them computed: packages/weights/test-data/README.md.
const testData = fileURLToPath(new URL('../../../../packages/weights/test-data/', import.meta.url));
const expected = JSON.parse(readFileSync(join(testData, 'expected.json'), 'utf8'));
const signs = fileURLToPath(new URL('../../../../../shared/data/signs/', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-former-'));
const resnet = resnetIn(folder);
const { run, end } = residentIn(folder);
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

/** The events of `--json` that have this name. */
const eventsOf = (stdout: string, name: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === name);

/** The SHA-256 of a model file's tensors without its checksum, the last. */
const tensorsOf = (path: string) => {
  const file = readFileSync(path);
  const body = file.subarray(8 + Number(file.readBigUInt64LE(0)), -64);
  return createHash('sha256').update(body).digest('hex');
};

describe('files of former format versions', () => {
  it.each([
    [1, expected.resumed],
    [2, expected.resumed2],
    [3, expected.resumed2],
  ])('resume to the same bits: version %d', async (version, { losses, validationLosses, tensorsSha256 }) => {
    const place = join(folder, `run-${version}`);
    mkdirSync(join(place, 'checkpoints'), { recursive: true });
    copyFileSync(
      join(testData, `checkpoint-${version}.safetensors`),
      join(place, 'checkpoints', 'step-00000005.safetensors'),
    );
    const { code, stdout, stderr } = await run(['train', '--resume', place, '--json']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(eventsOf(stdout, 'step').map(({ loss }) => loss)).toEqual(losses);
    expect(eventsOf(stdout, 'validation').map(({ loss }) => loss)).toEqual(validationLosses);
    expect(tensorsOf(join(place, 'model.safetensors'))).toBe(tensorsSha256);
  });

  it('say that they go on with other last bits where other instructions are asked for', async () => {
    const place = join(folder, 'other');
    mkdirSync(join(place, 'checkpoints'), { recursive: true });
    const checkpoint = join(place, 'checkpoints', 'step-00000005.safetensors');
    copyFileSync(join(testData, 'checkpoint-3.safetensors'), checkpoint);
    const { code, stdout } = await resnet(['train', '--resume', place, '--instructions', 'wide']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^rounding +it began with WebAssembly SIMD, 128 bits, and goes on with .*tiles/m);
  });

  // The evaluation was of the network as it is; today it folds.
  it('evaluate to the same figures, the loss within 1e-5', async () => {
    const model = join(testData, 'model-1.safetensors');
    const { stdout } = await run(['evaluate', model, '--data', 'synthetic:signs', '--json']);
    const { loss, ...figures } = expected.evaluation;
    const evaluation = JSON.parse(stdout);
    expect(evaluation).toMatchObject(figures);
    expect(Math.abs(evaluation.loss - loss)).toBeLessThan(1e-5);
  });
});

describe('a training from the start', () => {
  it.skipIf(!existsSync(signs))('has the same first losses on SIGNS, bit for bit', async () => {
    // All 33 with RESNETJS_THOROUGH=1; each takes about a second. The third is that of two gradients and two updates.
    const count = process.env.RESNETJS_THOROUGH === '1' ? 33 : 3;
    const recipe =
      '--network course/resnet50 --epochs 1 --batch-size 32 --optimizer adam --learning-rate 1.5e-4 --seed 0 --instructions portable';
    const { stdout } = await resnet(
      [
        'train',
        ...recipe.split(' '),
        '--data',
        join(signs, 'train_signs.h5'),
        '--out',
        'signs',
        '--json',
      ].concat('--instructions=portable'),
      undefined,
      { text: '"event":"step"', count, act: 'process.kill(process.pid, "SIGKILL")' },
    );
    const losses = eventsOf(stdout, 'step').map(({ loss }) => loss);
    expect(losses).toEqual(expected.signsLosses.slice(0, count));
  });
});
