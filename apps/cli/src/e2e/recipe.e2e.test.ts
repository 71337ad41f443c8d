import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { residentIn, resnetIn } from './e2e.test-support.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-recipes-'));
const resnet = resnetIn(folder);
const { line, end } = residentIn(folder);
const file = (path: string) => readFileSync(join(folder, path));
const log = (run: string) => file(`${run}/log.csv`).toString().trimEnd().split('\n');
/** The cells of a log's rows, but for the seconds. */
const figures = (run: string) => log(run).map((row) => row.split(',').slice(0, -1));

const data = '--data synthetic:signs --checkpoint-every 1 --json';
/** With everything switched on. */
const everything =
  '--network preact/resnet --blocks 1 --image-size 16 --images 64 --validation-split 0.25 --batch-size 6 --accumulate 2 ' +
  '--epochs 3 --seed 3 --optimizer adamw --warmup 0.5 --schedule cosine --clip-norm 1 --averaging 0.9 --label-smoothing 0.1 ' +
  '--augment flip,crop=0.3,color=0.2 --mixup 0.2 --cutmix 1 --sampling balanced --class-weights 1,1,2,1,1,1 --dropout 0.1 --on-nan rollback';

let whole: Buffer;
beforeAll(async () => {
  expect(await line(`train ${everything} ${data} --out whole`)).toMatchObject({ code: 0 });
  whole = file('whole/model.safetensors');
});
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

describe("a run's recipe.json", () => {
  it('repeats it to the bit', async () => {
    const { code, stdout } = await line(`train --recipe whole ${data} --out again`);
    expect(code).toBe(0);
    const start = JSON.parse(stdout.split('\n')[0] as string);
    expect(start.recipe).toEqual({ file: join('whole', 'recipe.json'), changed: [] });
    expect(Buffer.compare(file('again/model.safetensors'), whole)).toBe(0);
    expect(file('again/recipe.json').toString()).toBe(file('whole/recipe.json').toString());
    expect(figures('again')).toEqual(figures('whole'));
  });

  it('is changed by the options beside it, which are said', async () => {
    writeFileSync(join(folder, 'mine.json'), file('whole/recipe.json'));
    const outcome = await line(
      `train --recipe mine.json ${data} --out other --epochs 1 --warmup 0 --augment none`,
    );
    expect(outcome.stderr).toMatch(/^recipe +mine\.json, changed by --epochs, --warmup, --augment$/m);
    const { recipe } = JSON.parse(file('other/recipe.json').toString());
    expect(recipe).toMatchObject({ epochs: 1, averaging: 0.9 });
    expect(recipe).not.toHaveProperty('augment');
    expect(recipe).not.toHaveProperty('warmup');
  });

  it('has no place where a training resumes', async () => {
    const outcome = await line('train --resume whole --recipe whole');
    expect(outcome).toMatchObject({ code: 2 });
    expect(outcome.stderr).toMatch(/--recipe can't be given with --resume/);
  });
});

describe('the log', () => {
  it('has a row for each epoch', () => {
    expect(figures('whole').map(([epoch, step]) => [epoch, step])).toEqual([
      ['epoch', 'step'],
      ['1', '4'],
      ['2', '8'],
      ['3', '12'],
    ]);
  });

  it.each([
    ['within an epoch', '"event":"checkpoint"', 7],
    ["between an epoch's steps and its checkpoint", '"event":"validation"', 2],
  ])('of a training that was killed %s, and resumed, is that of one that was not', async (_, text, count) => {
    const run = `killed-${count}`;
    const act = "process.kill(process.pid, 'SIGKILL');";
    const killed = await resnet(`train ${everything} ${data} --out ${run}`.split(' '), undefined, {
      ...{ text, count, act },
    });
    expect(killed.code).toBeNull();
    expect(await line(`train --resume ${run} --json`)).toMatchObject({ code: 0 });
    expect(Buffer.compare(file(`${run}/model.safetensors`), whole)).toBe(0);
    expect(figures(run)).toEqual(figures('whole'));
  });
});
