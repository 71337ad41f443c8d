import { type ChildProcess, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RandomGenerator } from '@resnetjs/core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, residentIn, resnetIn } from './e2e.test-support.js';

const thorough = process.env.RESNETJS_THOROUGH === '1';
const many = thorough ? 100_000 : 2000;
const few = 150;
const kills = thorough ? 10 : 4;
const long = 3_600_000;

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-jobs-'));
const at = (...names: string[]) => join(folder, ...names);
const alone = resnetIn(folder);
const { line, end } = residentIn(folder);
const random = RandomGenerator.stateless(18);
const between = (low: number, high: number) => low + Math.floor(random.uniform() * (high - low));

const predict = (out: string, more = '') => `predict model few --out ${out} --on-error skip ${more}`.trim();
const predictMany = (out: string) => `predict model many --out ${out} --on-error skip`.split(' ');

/** JPEG images of 32 to 200 pixels, a thousand to a folder; every 97th is cut off. */
async function writeJpegs(name: string, count: number): Promise<void> {
  const write = async (index: number) => {
    const below = join(name, String(Math.floor(index / 1000)).padStart(3, '0'));
    if (index % 1000 === 0) mkdirSync(at(below), { recursive: true });
    const [width, height] = [between(32, 201), between(32, 201)];
    const levels = Uint8Array.from({ length: 3 * 64 }, () => between(0, 256));
    const small = sharp(levels, { raw: { width: 8, height: 8, channels: 3 } });
    const bytes = await small.resize(width, height, { fit: 'fill', kernel: 'nearest' }).jpeg().toBuffer();
    writeFileSync(at(below, `${index}.jpg`), isCut(index) ? bytes.subarray(0, bytes.length / 2) : bytes);
  };
  for (let start = 0; start < count; start += 100)
    await Promise.all(Array.from({ length: Math.min(100, count - start) }, (_, i) => write(start + i)));
}
const isCut = (index: number) => index % 97 === 5;
const cutOf = (count: number) => Array.from({ length: count }, (_, index) => index).filter(isCut).length;

beforeAll(async () => {
  const train =
    'train --network cifar/resnet20 --data synthetic:signs --image-size 32 --images 32 --batch-size 32 --epochs 1 --out model';
  expect(await line(train)).toMatchObject({ code: 0 });
  await writeJpegs('few', few);
  await writeJpegs('many', many);
  expect(await line(predict('whole.csv'))).toMatchObject({ code: 0 });
}, long);
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

const whole = () => readFileSync(at('whole.csv'), 'utf8');
const linesIn = (partial: string) => {
  const path = at(partial, 'answers.jsonl');
  return existsSync(path) ? statSync(path).size : 0;
};

/** Runs a command, and kills it with −9 as soon as it has added so many bytes of answers; false if it ended before. */
async function killed(command: readonly string[], partial: string, bytes: number): Promise<boolean> {
  const before = linesIn(partial);
  let timer: NodeJS.Timeout | undefined;
  const outcome = await alone(command, (child: ChildProcess) => {
    timer = setInterval(() => {
      if (linesIn(partial) >= before + bytes) child.kill('SIGKILL');
    }, 5);
  });
  clearInterval(timer);
  return outcome.code === null;
}

describe('a job over many images', () => {
  let bytes: number;

  it.runIf(process.platform === 'linux')(
    'takes no more memory for more images',
    { timeout: long },
    async () => {
      const samples: { readonly resident: number; readonly written: number }[] = [];
      let timer: NodeJS.Timeout | undefined;
      const outcome = await alone(predictMany('many.csv'), ({ pid }) => {
        timer = setInterval(() => {
          const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '';
          const resident = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
          samples.push({ resident, written: linesIn('many.csv.partial') });
        }, 20);
      });
      clearInterval(timer);
      expect(outcome).toMatchObject({ code: 0 });
      bytes = Math.max(...samples.map(({ written }) => written));
      const peakOf = (tenth: number) =>
        Math.max(
          ...samples
            .filter(({ written }) => Math.ceil((10 * written) / bytes) === tenth)
            .map(({ resident }) => resident),
        );
      // After 200 images of 2,000, the engine's own heap still grows a little: the thorough level has 100,000.
      expect(peakOf(10)).toBeLessThan((thorough ? 1.05 : 1.25) * peakOf(2));
    },
  );

  it('answers each image once, in their order, and says which it could not read', () => {
    const [head, ...rows] = readFileSync(at('many.csv'), 'utf8').trimEnd().split('\n');
    expect(head).toBe('image,class,probability,class_2,probability_2,class_3,probability_3,error');
    const names = rows.map((row) => row.split(',')[0] as string);
    expect(names).toEqual([...names].sort());
    expect(new Set(names).size).toBe(many);
    const unread = new Set(rows.filter((row) => row.includes('broken or truncated')));
    expect(unread.size).toBe(cutOf(many));
    for (const row of rows) {
      if (!unread.has(row)) expect(Number(row.split(',')[2])).toBeGreaterThan(1 / 6 - 1e-6);
    }
  });

  it(`gives the same bytes after ${kills} kills on the way`, { timeout: long }, async () => {
    const command = predictMany('killed.csv');
    let done = 0;
    for (let kill = 0; kill < kills; kill++) {
      if (await killed(command, 'killed.csv.partial', between(0, (0.9 * bytes) / kills))) done++;
    }
    expect(done).toBe(kills);
    expect(existsSync(at('killed.csv'))).toBe(false);
    const outcome = await alone(command);
    expect(outcome).toMatchObject({ code: 0, stderr: expect.stringContaining('going on after') });
    expect(readFileSync(at('killed.csv')).equals(readFileSync(at('many.csv')))).toBe(true);
    expect(existsSync(at('killed.csv.partial'))).toBe(false);
  });
});

describe('a job', () => {
  // Windows has no Ctrl-C for another process.
  it.skipIf(process.platform === 'win32')('stops on a signal with what it has, and goes on', async () => {
    const outcome = await alone(predict('stopped.csv').split(' '), (child) => {
      const timer = setInterval(() => {
        if (linesIn('stopped.csv.partial') === 0) return;
        clearInterval(timer);
        child.kill('SIGINT');
      }, 5);
    });
    expect(outcome.code).toBe(130);
    expect(outcome.stderr).toMatch(
      /stopped after [\d,]+ of [\d,]+ images, which stopped\.csv\.partial holds: the same command goes on/,
    );
    const refused = await line(predict('stopped.csv', '--top 2'));
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /holds the answers of another job[\s\S]*options: .*"top":3.* and .*"top":2/,
    );
    expect(await line(predict('stopped.csv'))).toMatchObject({ code: 0 });
    expect(readFileSync(at('stopped.csv'), 'utf8')).toBe(whole());
  });

  it('fails at an unreadable image if it is to, and goes on after it with --on-error skip', async () => {
    const failed = await line('predict model few --out failed.csv');
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stderr).toMatch(
      /broken or truncated.*--on-error skip goes on after the 5 images that are answered/s,
    );
    expect(await line(predict('failed.csv'))).toMatchObject({ code: 0 });
    expect(readFileSync(at('failed.csv'), 'utf8')).toBe(whole());
  });

  it('leaves nothing of a job that could not begin', async () => {
    const outcome = await line('embed model few --out place.npy --at stage9 --on-error skip');
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(
      /has no place stage9: its features are taken at head, or at stage1 to stage3/,
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('place'))).toEqual([]);
  });

  it('needs images', async () => {
    const outcome = await line('predict model');
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/No images: give files, folders, archives or patterns, or --list/);
  });

  it('is not done again', async () => {
    const again = await line(predict('failed.csv', '--json'));
    expect(JSON.parse(again.stdout)).toMatchObject({
      images: [],
      out: { images: few, before: few, seconds: null },
    });
  });

  it('takes a list, and gives all probabilities with --json', async () => {
    const names = whole()
      .split('\n')
      .slice(1, 4)
      .map((row) => row.split(',')[0] as string);
    writeFileSync(at('list.txt'), `${names.join('\n')}\n`);
    expect(
      await line('predict model --list list.txt --out listed.jsonl --json --batch-size 2'),
    ).toMatchObject({ code: 0 });
    const rows = readFileSync(at('listed.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((row) => JSON.parse(row));
    expect(rows.map(({ image }) => image)).toEqual(names);
    for (const { probabilities } of rows) {
      expect(probabilities.length).toBe(6);
      expect(probabilities.reduce((a: number, b: number) => a + b)).toBeCloseTo(1, 5);
    }
    const table = whole()
      .split('\n')
      .slice(1, 4)
      .map((row) => Number(row.split(',')[2]));
    expect(rows.map(({ predictions }) => predictions[0].probability)).toEqual(table);
  });

  it.each([
    ['answers.txt', /must be one of \.csv, \.jsonl/],
    ['answers', /must be one of \.csv, \.jsonl/],
  ])('refuses --out %s before any work', async (out, message) => {
    const outcome = await line(predict(out));
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(message);
    expect(existsSync(at(`${out}.partial`))).toBe(false);
  });
});

describe('shards', () => {
  const shard = (index: number, out = 'joined.csv', more = '') =>
    line(predict(out, `--shard ${index}/4 ${more}`));
  const path = (index: number) => at(`joined.csv.shard-${index}-of-4.jsonl`);
  const merge = (more = '') => line(`merge joined.csv ${more}`.trim());
  /** What merge says when a file was changed, which is then put back. */
  async function mergedWith(change: () => unknown): Promise<Outcome> {
    const files = readdirSync(folder).filter((name) => name.startsWith('joined.csv.shard-'));
    mkdirSync(at('kept'), { recursive: true });
    for (const name of files) copyFileSync(at(name), at('kept', name));
    try {
      await change();
      return await merge();
    } finally {
      for (const name of readdirSync(folder))
        if (name.startsWith('joined.csv.shard-')) rmSync(at(name), { recursive: true });
      for (const name of files) renameSync(at('kept', name), at(name));
    }
  }

  it('give together what one job gives, byte for byte', async () => {
    for (const index of [3, 1, 4, 2]) expect(await shard(index)).toMatchObject({ code: 0 });
    const outcome = await merge('--json');
    expect(JSON.parse(outcome.stdout)).toMatchObject({ shards: 4, images: few });
    expect(readFileSync(at('joined.csv'), 'utf8')).toBe(whole());
    const again = await shard(2);
    expect(again.stdout).toMatch(/nothing to do: joined\.csv\.shard-2-of-4\.jsonl has the answers/);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'a missing one',
      () => {
        rmSync(path(2));
        rmSync(`${path(2)}.manifest.json`);
      },
      /shard 2 of 4 is missing/,
    ],
    ['one without its file', () => rmSync(path(3)), /shard-3-of-4\.jsonl is missing/],
    [
      'one without its manifest',
      () => rmSync(`${path(3)}.manifest.json`),
      /shard-3-of-4\.jsonl has no manifest/,
    ],
    [
      'one that is cut off',
      () => truncateSync(path(1), statSync(path(1)).size - 9),
      /shard-1-of-4\.jsonl has \d+ bytes, and was written with/,
    ],
    [
      'one that was changed',
      () => writeFileSync(path(1), readFileSync(path(1), 'utf8').replace(/0\.\d/, '0.0')),
      /shard-1-of-4\.jsonl is not as it was written: its checksum differs/,
    ],
    [
      'one that is another',
      () => {
        copyFileSync(path(1), path(4));
        copyFileSync(`${path(1)}.manifest.json`, `${path(4)}.manifest.json`);
      },
      /shard-4-of-4\.jsonl and .*shard-1-of-4\.jsonl are both shard 1/,
    ],
    [
      'one of another number of shards',
      () => line(predict('joined.csv', '--shard 1/5')),
      /joined\.csv\.shard-1-of-5\.jsonl is of another job than .*shards: 4 and 5/,
    ],
    [
      'one with other options',
      async () => {
        rmSync(`${path(2)}.manifest.json`);
        await shard(2, 'joined.csv', '--batch-size 16');
      },
      /shard-2-of-4\.jsonl is of another job than .*shard-1-of-4\.jsonl: options: .*"batchSize":32.* and .*"batchSize":16/,
    ],
    [
      'one that is not finished',
      () => {
        rmSync(path(2));
        rmSync(`${path(2)}.manifest.json`);
        mkdirSync(`${path(2)}.partial`);
      },
      /shard-2-of-4\.jsonl is not finished: run its shard again, which goes on/,
    ],
    [
      'a damaged manifest',
      () => writeFileSync(`${path(4)}.manifest.json`, '{'),
      /shard-4-of-4\.jsonl\.manifest\.json is no manifest/,
    ],
  ])('are not merged with %s, which is named', async (_, change, message) => {
    const outcome = await mergedWith(change);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(message);
  });
});

describe('examples/image-search', () => {
  it('finds the image itself, and the others in the order of their likeness', () => {
    const modules = at('search', 'node_modules');
    mkdirSync(modules, { recursive: true });
    const [example, library] = [
      '../../../../examples/image-search/search.js',
      '../../../../packages/resnetjs',
    ];
    copyFileSync(fileURLToPath(new URL(example, import.meta.url)), at('search', 'search.js'));
    writeFileSync(at('search', 'package.json'), '{"type":"module"}');
    symlinkSync(fileURLToPath(new URL(library, import.meta.url)), join(modules, 'resnetjs'), 'junction');
    const photo = at('few', '000', '7.jpg');
    const args = [at('search', 'search.js'), photo, at('few'), at('model', 'model.safetensors')];
    const found = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const rows = found.stdout.trimEnd().split('\n');
    expect(rows.length).toBe(10);
    expect(rows.slice(0, 3)).toContain(`1.000 ${photo}`);
    const likeness = rows.map((row) => Number(row.split(' ')[0]));
    expect(likeness).toEqual([...likeness].sort((a, b) => b - a));
    expect(found.stderr).toMatch(/left out: .*5\.jpg is a broken or truncated image/);
  });
});

describe('embeddings', () => {
  it('are rows of an array, with the names beside it, and joined from shards the same', async () => {
    const embed = (out: string, more = '') =>
      line(`embed model few --out ${out} --on-error skip --normalize ${more}`.trim());
    expect(await embed('vectors.npy')).toMatchObject({ code: 0 });
    const { images: names, failed } = JSON.parse(readFileSync(at('vectors.ids.json'), 'utf8'));
    expect(names.length + failed.length).toBe(few);
    const bytes = readFileSync(at('vectors.npy'));
    const head = bytes.subarray(0, 128).toString('latin1');
    expect(head).toContain(`'shape': (${names.length}, 64)`);
    expect(bytes.length).toBe(128 + names.length * 64 * 4);
    const first = Array.from({ length: 64 }, (_, i) => bytes.readFloatLE(128 + 4 * i));
    expect(Math.hypot(...first)).toBeCloseTo(1, 5);
    for (const index of [1, 2])
      expect(await embed('joined.npy', `--shard ${index}/2`)).toMatchObject({ code: 0 });
    expect(await line('merge joined.npy')).toMatchObject({ code: 0 });
    for (const name of ['npy', 'ids.json'])
      expect(readFileSync(at(`joined.${name}`))).toEqual(readFileSync(at(`vectors.${name}`)));
    expect(
      await line(
        'merge vectors.safetensors joined.npy.shard-1-of-2.jsonl joined.npy.shard-2-of-2.jsonl joined.npy.shard-2-of-2.jsonl.manifest.json',
      ),
    ).toMatchObject({ code: 0 });
    const tensors = readFileSync(at('vectors.safetensors'));
    expect(tensors.subarray(-256)).toEqual(bytes.subarray(-256));
  });
});
