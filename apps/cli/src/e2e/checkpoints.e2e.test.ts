import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { RandomGenerator } from '@resnetjs/core';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { isAlive, type Outcome, program, residentIn, resnetIn, writeImages } from './e2e.test-support.js';

const thorough = process.env.RESNETJS_THOROUGH === '1';
const folder = mkdtempSync(join(tmpdir(), 'resnetjs-checkpoints-'));
const resnet = resnetIn(folder);
/** In a process of its own. */
const alone = (text: string) => resnet(text.split(' '));
const { line, end } = residentIn(folder);

const recipe =
  'train --network preact/resnet --blocks 1 --batch-size 12 --data synthetic:signs --image-size 16 ' +
  '--images 64 --validation-split 0.25 --seed 3 --epochs 6 --checkpoint-every 1 --json';
const everything =
  `${recipe.replace('--batch-size 12', '--batch-size 6 --accumulate 2')} --optimizer adamw --weight-decay 0.05 ` +
  '--clip-norm 1 --warmup 0.5 --schedule cosine --averaging 0.9 --label-smoothing 0.1 --mixup 0.3 --cutmix 1 ' +
  '--augment crop,flip,color=0.2,trivialAugment,erase --class-weights balanced --sampling balanced --on-nan rollback';
/** Trains for longer than any test waits. */
const endless = recipe.replace('--epochs 6', '--epochs 100000');

/** Runs until `when` is true of the lines on stdout so far; then acts once. */
function interrupted(
  command: string,
  when: (lines: readonly string[]) => boolean,
  act: (child: ChildProcess) => void,
): Promise<Outcome> {
  return resnet(command.split(' '), (child) => {
    let text = '';
    child.stdout?.on('data', function hear(chunk: string) {
      text += chunk;
      if (!when(text.split('\n'))) return;
      child.stdout?.off('data', hear);
      act(child);
    });
  });
}

const kill = (child: ChildProcess) => child.kill('SIGKILL');
/** Runs with an act in the process itself as soon as so many checkpoints are saved. */
const atCheckpoint = (count: number, act: string, command: string) =>
  resnet(command.split(' '), undefined, { text: '"event":"checkpoint"', count, act });
const signalItself = (signal: NodeJS.Signals) => `process.kill(process.pid, '${signal}');`;
const savedTimes = (count: number) => (lines: readonly string[]) =>
  lines.filter((each) => each.includes('"event":"checkpoint"')).length >= count;
const model = (run: string) => readFileSync(join(folder, run, 'model.safetensors'));
const checkpoints = (run: string) => {
  const path = join(folder, run, 'checkpoints');
  return existsSync(path) ? readdirSync(path).sort() : [];
};
const steps = (run: string) => checkpoints(run).filter((name) => name.startsWith('step'));

let whole: Buffer;
beforeAll(async () => {
  expect(await alone(`${recipe} --out whole`)).toMatchObject({ code: 0 });
  whole = model('whole');
});
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

/** Resumes the training in a folder to its end, and compares its model with that of the run that was never interrupted. */
async function expectWhole(
  run: string,
  options: { readonly args?: string; readonly killed?: readonly string[]; readonly whole?: Buffer } = {},
): Promise<Outcome> {
  const { args = '', killed = [] } = options;
  const outcome = await (killed.length > 0 ? alone : line)(`train --resume ${run}${args}`);
  expect(outcome.code, outcome.stderr).toBe(0);
  expect(Buffer.compare(model(run), options.whole ?? whole), `killed after\n${killed.join('\n')}`).toBe(0);
  expect(readdirSync(join(folder, run)).filter((name) => name.startsWith('.'))).toEqual([]);
  return outcome;
}

/** On Windows one process cannot send another Ctrl-C: kill ends it at once. */
const itHearsCtrlC = it.skipIf(process.platform === 'win32');

describe('a training', () => {
  it.each([
    ['plain', recipe, thorough ? 10 : 4],
    ['everything', everything, thorough ? 10 : 2],
  ] as const)('that is killed, anywhere, ends with the same model: %s', async (name, train, times) => {
    const uninterrupted = name === 'plain' ? 'whole' : `whole-${name}`;
    if (name !== 'plain') expect(await alone(`${train} --out ${uninterrupted}`)).toMatchObject({ code: 0 });
    const random = RandomGenerator.stateless(0);
    const best = (run: string) => readFileSync(join(folder, run, 'checkpoints/best.safetensors'));
    const where: string[] = [];
    for (let training = 0; where.length < times; training++) {
      const run = `killed-${name}-${training}`;
      let over = false; // a kill may come too late; then the next training takes the rest of them
      while (!over && where.length < times) {
        const events = 2 + random.integer(16);
        const begun = steps(run).length > 0; // a kill may come before the first is whole
        const outcome = await interrupted(
          begun ? `train --resume ${run} --json` : `${train} --out ${run}`,
          (lines) => lines.length > events,
          (child) => setTimeout(kill, random.integer(15), child),
        );
        over = outcome.code !== null;
        if (over) expect(outcome.code, outcome.stderr).toBe(0);
        else where.push(outcome.stdout.trimEnd().split('\n').at(-1)?.slice(0, 60) ?? '');
      }
      await expectWhole(run, { killed: where, whole: model(uninterrupted) });
      expect(checkpoints(run)).toEqual(checkpoints(uninterrupted));
      expect(Buffer.compare(best(run), best(uninterrupted))).toBe(0);
    }
  });

  itHearsCtrlC('that Ctrl-C stopped leaves a model, says how to resume, and resumes', async () => {
    const outcome = await atCheckpoint(7, signalItself('SIGINT'), `${recipe} --out stopped`);
    expect(outcome.code).toBe(130);
    expect(outcome.stderr).toMatch(/resnet train --resume stopped$/m);
    expect(Buffer.compare(model('stopped'), whole)).not.toBe(0);
    const resumed = await expectWhole('stopped', { args: ' --json' });
    expect(JSON.parse(resumed.stdout.split('\n')[0] as string).resumed.steps).toBeGreaterThan(4);
  });

  itHearsCtrlC.each([
    ['SIGHUP', 129, ''],
    ['SIGUSR1', 128 + constants.signals.SIGUSR1, ' --stop-on usr1'],
  ] as const)('that %s stopped leaves what Ctrl-C leaves', async (signal, code, option) => {
    const run = `stopped-${signal}`;
    const outcome = await atCheckpoint(7, signalItself(signal), `${recipe} --out ${run}${option}`);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toMatch(
      /^Stopping: .* batch-normalization statistics .* Ctrl-C again quits at once/m,
    );
    expect(outcome.stderr).not.toMatch(/Debugger/);
    expect(JSON.parse(outcome.stdout.trimEnd().split('\n').at(-1) as string)).toMatchObject({
      completed: false,
    });
    if (signal === 'SIGHUP') await expectWhole(run);
  });

  itHearsCtrlC('goes on after a hangup that it is to ignore', async () => {
    const outcome = await atCheckpoint(3, signalItself('SIGHUP'), `${recipe} --out nohup --ignore-hangup`);
    expect(outcome.code).toBe(0);
    expect(Buffer.compare(model('nohup'), whole)).toBe(0);
  });

  const hasScript = process.platform === 'linux' && existsSync('/usr/bin/script');
  it.skipIf(!hasScript)('whose terminal closes saves a checkpoint and the model', async () => {
    const command = `'${process.execPath}' '${program}' ${endless.replace(' --json', '')} --out hung`;
    const terminal = spawn('script', ['--quiet', '--command', command, '/dev/null'], { cwd: folder });
    await new Promise<void>((resolve, reject) => {
      let text = '';
      terminal.once('error', reject).once('exit', () => reject(new Error(`It ended early: ${text}`)));
      terminal.stdout.on('data', (part) => {
        text += part;
        if (text.includes(' 3/100000 ')) resolve();
      });
    });
    const { pid } = JSON.parse(readFileSync(join(folder, 'hung/.resnet.lock'), 'utf8'));
    terminal.removeAllListeners('exit').kill('SIGKILL'); // with it the terminal is gone
    await expect.poll(() => isAlive(pid), { timeout: 60_000 }).toBe(false);
    expect(existsSync(join(folder, 'hung/model.safetensors'))).toBe(true);
    expect(readdirSync(join(folder, 'hung')).filter((name) => name.startsWith('.'))).toEqual([]);
    const newest = Number(/\d+/.exec(steps('hung').at(-1) as string)?.[0]);
    const resumed = await interrupted('train --resume hung --json', savedTimes(1), kill);
    expect(JSON.parse(resumed.stdout.split('\n')[0] as string).resumed.steps).toBe(newest);
  });

  itHearsCtrlC('that Ctrl-C stopped while it read its images leaves nothing behind', async () => {
    await writeImages(folder, 'many', { daisy: 300, rose: 300 });
    const command = `${recipe.replace('synthetic:signs --image-size 16 --images 64', 'many')} --out deep/early`;
    const outcome = await resnet(command.split(' '), (child) => {
      const waiting = setInterval(() => {
        if (!existsSync(join(folder, 'deep/early/.resnet.lock'))) return;
        clearInterval(waiting);
        child.kill('SIGINT');
      }, 5);
      child.once('exit', () => clearInterval(waiting));
    });
    expect(outcome.code).toBe(130);
    expect(existsSync(join(folder, 'deep'))).toBe(false);
  });

  it('has its folder to itself until it is killed', async () => {
    let second: Promise<Outcome[]> | undefined;
    const first = await interrupted(`${endless} --out held`, savedTimes(2), (child) => {
      second = Promise.all([line(`${recipe} --out held`), line('train --resume held')]);
      second.finally(() => kill(child));
    });
    expect(first.code).toBeNull();
    for (const refused of (await second) as Outcome[]) {
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/Another process writes to held: process \d+\. Wait .* kill \d+/);
    }
    expect(readdirSync(join(folder, 'held'))).toContain('.resnet.lock');
    const restarted = await line(`${recipe} --out held`);
    expect(restarted.code).toBe(1);
    expect(restarted.stderr).toMatch(/holds an unfinished training .* resnet train --resume held/);
    const early = await line(`${recipe.replace('synthetic:signs', 'nowhere')} --out held`);
    expect(early.stderr).toMatch(/holds an unfinished training/); // before images are looked for
    const resumed = await interrupted('train --resume held --json', savedTimes(1), kill);
    expect(resumed.stdout).toContain('"resumed"');
  });

  it('keeps the best epoch, and evaluates and uses it', async () => {
    // A rate that grows worse with time: the last epoch is not the best.
    const outcome = await line(`${recipe.replace('--seed 3', '--seed 5')} --learning-rate 0.05 --out best`);
    const events = outcome.stdout
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    const { best, validation } = events.at(-1);
    expect(events.filter((each) => each.best === true).at(-1)).toMatchObject({
      event: 'validation',
      epoch: best.epoch,
    });
    expect(best.epoch).toBeLessThan(6);
    expect(validation.accuracy).toBeLessThan(best.accuracy);
    expect(outcome.stderr).toMatch(
      new RegExp(`^best +epoch ${best.epoch}: loss .*, in best.checkpoints.best.safetensors$`, 'm'),
    );
    expect(outcome.stderr).toMatch(/^ {2}resnet evaluate best --best --data synthetic:signs$/m);
    const figures = async (args: string) => JSON.parse((await line(`${args} --json --best`)).stdout);
    const of = 'evaluate best/checkpoints/best.safetensors --data synthetic:signs --json';
    expect(await figures('evaluate best --data synthetic:signs')).toEqual(
      JSON.parse((await line(of)).stdout),
    );
    const { images } = await figures('predict best best/unseen-4.png');
    expect(images[0].predictions).toHaveLength(3);
  });

  it('skips a damaged checkpoint, and says so', async () => {
    await atCheckpoint(6, signalItself('SIGKILL'), `${recipe} --out torn`);
    const [before, newest] = steps('torn') as [string, string];
    const path = join(folder, 'torn/checkpoints', newest);
    const bytes = readFileSync(path);
    bytes.fill(0, bytes.length - 4096);
    writeFileSync(path, bytes);
    const resumed = await expectWhole('torn');
    expect(resumed.stdout).toMatch(new RegExp(`skipped .*${newest}: The file is damaged`));
    expect(resumed.stdout).toMatch(new RegExp(`resuming .* from torn/checkpoints/${before}`));
  });

  it('that is finished is replaced by a new one in its folder', async () => {
    const short = recipe.replace('--epochs 6', '--epochs 1');
    const first = await line(`${short} --out again`);
    expect(JSON.parse(first.stdout.split('\n')[0] as string).replaces).toBeNull();
    expect((await line('train --resume again')).stdout).toMatch(
      /^resuming +its epoch is done; give a higher --epochs/m,
    );
    const second = await line(`${recipe} --out again --keep 1`);
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout.split('\n')[0] as string).replaces).toBe('training');
    expect(second.stderr).toMatch(/^replacing +what again holds: a finished training$/m);
    expect(Buffer.compare(model('again'), whole)).toBe(0);
    expect(checkpoints('again')).toHaveLength(2);
  });

  it('resumes with images that moved, and with no others', async () => {
    await writeImages(folder, 'flowers', { daisy: 5, rose: 5 });
    await writeImages(folder, 'others', { daisy: 4, rose: 6 });
    const train =
      'train --network preact/resnet --blocks 1 --image-size 16 --data flowers --out grown --json';
    await atCheckpoint(1, signalItself('SIGKILL'), `${train} --epochs 4`);
    renameSync(join(folder, 'flowers'), join(folder, 'moved'));
    const missed = await line('train --resume grown');
    expect(missed.stderr).toMatch(
      /training images were in .*flowers, and are no longer there\. .* with --data\./,
    );
    const other = await line('train --resume grown --data others');
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(
      /training images are not those that the training began with: the classes of some, or their order, are others/,
    );
    expect(await line('train --resume grown --data moved')).toMatchObject({ code: 0 });
  });

  it.each([
    ['--seed 4', 2, /began with --seed 3, which can't change/],
    ['--learning-rate 0.1', 2, /began with another --learning-rate, which can't change/],
    ['--epochs 5', 2, /has 6 epochs: --epochs can be raised, not lowered to 5/],
    ['--out elsewhere', 2, /resumes in its own folder, whole/],
    ['--data others', 2, /began with --data synthetic:signs\. --data can only say where the same images are/],
    ['--no-shortcuts', 2, /began with --no-shortcuts|began without --no-shortcuts/],
  ])('refuses to resume with %s', async (option, code, message) => {
    const outcome = await line(`train --resume whole ${option}`);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.code).toBe(code);
    expect(Buffer.compare(model('whole'), whole)).toBe(0);
  });

  it('fails to resume from nothing', async () => {
    const outcome = await line('train --resume nowhere');
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/There is no folder nowhere\. Give the folder of a training/);
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
    for (const inside of ['whole/model.safetensors', 'whole/checkpoints']) {
      const { stderr } = await line(`train --resume ${inside}`);
      expect(stderr).toMatch(/Its training is in whole: resnet train --resume whole$/m);
    }
  });
});

/** Gives a test a small file system of its own, or skips it and says why. */
async function onSmallDisk(context: TestContext, name: string, use: () => Promise<void>): Promise<void> {
  const disk = join(folder, name);
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk], { stdio: 'pipe' });
  } catch (error) {
    console.log(`skipped: no tmpfs can be mounted here (${(error as Error).message.split('\n')[0]})`);
    context.skip('no tmpfs can be mounted here');
  }
  try {
    await use();
  } finally {
    execFileSync('umount', [disk]);
  }
}

describe('a training that can no longer write stops and keeps what was saved', () => {
  it('on a full disk', (context) =>
    onSmallDisk(context, 'disk', async () => {
      const fill =
        "try { for (let i = 0; ; i++) fs.writeFileSync('disk/filling-' + i, new Uint8Array(16_384)) } catch {}";
      const outcome = await atCheckpoint(5, fill, `${recipe} --out disk/run`);
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toMatch(
        /the disk is full; free some space.*\(ENOSPC\).*The training has stopped/,
      );
      expect(outcome.stderr).toMatch(
        /The checkpoint of step \d+ is intact: .* resnet train --resume disk\/run\./,
      );
      expect(readdirSync(join(folder, 'disk/run')).sort()).toEqual(['checkpoints', 'log.csv', 'recipe.json']);
      for (const name of checkpoints('disk/run')) expect(name).toMatch(/^(step-\d{8}|best)\.safetensors$/);
      for (const name of readdirSync(join(folder, 'disk'))) {
        if (name.startsWith('filling')) rmSync(join(folder, 'disk', name));
      }
      await expectWhole('disk/run');
    }));

  it('on a disk that became read-only', (context) =>
    onSmallDisk(context, 'readonly', async () => {
      // Between two checkpoints: a disk with a file that is being written can't be mounted read-only.
      const mount = "childProcess.execFileSync('mount', ['-o', 'remount,ro', 'tmpfs', 'readonly']);";
      const outcome = await atCheckpoint(3, mount, `${endless} --out readonly/run`);
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toMatch(
        /read-only; choose another folder \(EROFS\).*checkpoint of step \d+ is intact/,
      );
      const resumed = await line('train --resume readonly/run');
      expect(resumed.code).toBe(1);
      expect(resumed.stderr).toMatch(/readonly\/run can't be written to: .*read-only/);
    }));

  it('in a folder that vanished', async () => {
    const rename = "fs.renameSync('vanished', 'elsewhere');";
    const outcome = await atCheckpoint(3, rename, `${endless} --out vanished`);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/vanished can't be written to: it, or the lock in it, was removed/);
    expect(outcome.stderr).toMatch(/checkpoint of step \d+ is gone; if it was only moved, resume with/);
    expect(existsSync(join(folder, 'vanished'))).toBe(false);
    expect(steps('elsewhere')).toHaveLength(2);
  });
});
