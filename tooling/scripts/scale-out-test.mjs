// npm run test:scale-out: four shards under GNU parallel, under a one-node Slurm, and by BullMQ on a Redis, with kills; each merged
// and compared with the job in one piece. Installs what is missing, as root on Debian; says what it leaves out.
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run as runCommand } from './commands.mjs';
import { setUpOrExit } from './set-up.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const examples = join(root, 'examples', 'scale-out');
const imageCount = 1600;

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-scale-out-'));
const at = (/** @type {string[]} */ ...names) => join(folder, ...names);
/** @type {import('node:child_process').ChildProcess[]} */
const services = [];
/** @type {NodeJS.ProcessEnv} */
const environment = { ...process.env, PATH: `${at('bin')}:/usr/sbin:/sbin:${process.env.PATH}` };

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
async function run(command, args) {
  const { code, output } = await runCommand(command, args, { cwd: folder, env: environment });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Record<string, string>} [variables]
 */
function start(command, args, variables = {}) {
  const child = spawn(command, args, { cwd: folder, env: { ...environment, ...variables }, stdio: 'ignore' });
  services.push(child);
  return child;
}

/** @param {string} command */
const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`], { env: environment }).status === 0;

/** @param {string} text */
const say = (text) => process.stdout.write(`${text}\n`);

/**
 * Whether the commands are there, after installing the packages if that is possible.
 * @param {readonly string[]} commands
 * @param {readonly string[]} packages of Debian
 */
function provide(commands, packages) {
  if (commands.every(has)) return true;
  if (process.getuid?.() === 0 && has('apt-get')) {
    const apt = { ...environment, DEBIAN_FRONTEND: 'noninteractive' };
    for (const args of [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', ...packages],
    ])
      spawnSync('apt-get', args, { env: apt, stdio: 'ignore' });
  }
  return commands.every(has);
}

async function writeImages() {
  const sharp = createRequire(join(root, 'packages', 'data', 'package.json'))('sharp');
  mkdirSync(at('photos'));
  for (let index = 0; index < imageCount; index++) {
    const levels = Uint8Array.from({ length: 192 }, (_, i) => (i * 37 + index * 101) % 256);
    const raw = { width: 8, height: 8, channels: 3 };
    const bytes = await sharp(levels, { raw })
      .resize(40 + (index % 100), 60, { fit: 'fill' })
      .jpeg()
      .toBuffer();
    writeFileSync(at('photos', `${index}.jpg`), index % 97 === 5 ? bytes.subarray(0, 200) : bytes);
  }
}

/** @param {string} out */
function checkWhole(out) {
  const [whole, merged] = ['whole.csv', out].map((name) => readFileSync(at(name), 'utf8'));
  if (whole !== merged) throw new Error(`${out} is not what the job in one piece gave.`);
}

/** @param {string} out */
const shardsOf = (out) => readdirSync(folder).filter((name) => name.startsWith(`${out}.shard-`));

async function underParallel() {
  if (!provide(['parallel'], ['parallel'])) return 'left out: GNU parallel is missing';
  await run('sh', [join(examples, 'parallel.sh'), 'model', 'photos', 'parallel.csv']);
  checkWhole('parallel.csv');
  return 'four shards, merged: the same bytes';
}

async function underSlurm() {
  const commands = ['slurmctld', 'slurmd', 'sbatch', 'munged'];
  if (process.getuid?.() !== 0 || !provide(commands, ['slurm-wlm', 'munge']))
    return 'left out: Slurm is missing, or this is not root';
  await startSlurm();
  for (const array of ['0-3', '1-4']) {
    const out = `slurm-${array}.csv`;
    const log = at(`slurm-${array}-%a.log`);
    const options = ['--wait', `--array=${array}`, `--output=${log}`, `--chdir=${folder}`];
    await run('sbatch', [...options, join(examples, 'slurm.sh'), 'model', 'photos', out]);
    await run('resnet', ['merge', out]);
    checkWhole(out);
  }
  return '--array=0-3 and 1-4, merged: the same bytes';
}

async function startSlurm() {
  const [host = 'localhost'] = hostname().split('.');
  mkdirSync(at('munge'), { mode: 0o711 });
  writeFileSync(at('munge', 'key'), Buffer.alloc(128, 7), { mode: 0o400 });
  const munge = [
    '--foreground',
    '--force',
    `--socket=${at('munge', 'socket')}`,
    `--key-file=${at('munge', 'key')}`,
  ];
  start('munged', [...munge, ...['pid', 'log', 'seed'].map((name) => `--${name}-file=${at('munge', name)}`)]);
  const [controller, daemon] = [16_817, 16_818];
  const configuration = {
    ClusterName: 'test',
    SlurmctldHost: `${host}(127.0.0.1)`,
    AuthType: 'auth/munge',
    AuthInfo: `socket=${at('munge', 'socket')}`,
    SlurmUser: 'root',
    SlurmdUser: 'root',
    SlurmctldPort: controller,
    SlurmdPort: daemon,
    StateSaveLocation: at('state'),
    SlurmdSpoolDir: at('spool'),
    SlurmctldPidFile: at('slurmctld.pid'),
    SlurmdPidFile: at('slurmd.pid'),
    SlurmctldLogFile: at('slurmctld.log'),
    SlurmdLogFile: at('slurmd.log'),
    ProctrackType: 'proctrack/linuxproc',
    TaskPlugin: 'task/none',
    SelectType: 'select/cons_tres',
    SelectTypeParameters: 'CR_Core',
    MpiDefault: 'none',
    ReturnToService: 2,
  };
  const lines = Object.entries(configuration).map(([name, value]) => `${name}=${value}`);
  lines.push(`NodeName=${host} NodeAddr=127.0.0.1 CPUs=${availableParallelism()} State=UNKNOWN`);
  lines.push(`PartitionName=all Nodes=${host} Default=YES State=UP OverSubscribe=NO`);
  writeFileSync(at('slurm.conf'), `${lines.join('\n')}\n`);
  for (const name of ['state', 'spool']) mkdirSync(at(name));
  environment.SLURM_CONF = at('slurm.conf');
  await until('munged', () => existsSync(at('munge', 'socket')));
  start('slurmctld', ['-D', '-f', at('slurm.conf')]);
  start('slurmd', ['-D', '-f', at('slurm.conf'), '-N', host]);
  await until('Slurm', () =>
    /\bidle\b/.test(spawnSync('sinfo', { env: environment, encoding: 'utf8' }).stdout ?? ''),
  );
}

async function byBullMQ() {
  if (!provide(['redis-server'], ['redis-server'])) return 'left out: redis-server is missing';
  cpSync(join(examples, 'bullmq'), at('bullmq'), { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(at('bullmq', 'package.json'), 'utf8'));
  writeFileSync(at('bullmq', 'package.json'), JSON.stringify({ type: 'module' }));
  const packages = Object.entries(dependencies).filter(([name]) => !name.startsWith('@resnetjs/'));
  const wanted = packages.map(([name, version]) => `${name}@${version}`);
  await run('npm', ['install', '--prefix', at('bullmq'), '--no-audit', '--no-fund', ...wanted]);
  const port = '16379';
  const variables = { REDIS_PORT: port, RESNET: 'resnet' };
  mkdirSync(at('redis'));
  const redis = () =>
    start('redis-server', [
      ...[
        '--port',
        port,
        '--dir',
        at('redis'),
        '--appendonly',
        'yes',
        '--appendfsync',
        'always',
        '--save',
        '',
      ],
    ]);
  const worker = () => start(process.execPath, [at('bullmq', 'worker.js')], variables);
  let server = redis();
  const workers = [worker(), worker()];
  const added = start(
    process.execPath,
    [at('bullmq', 'add.js'), 'model', 'photos', 'bullmq.csv', '4'],
    variables,
  );
  const ended = new Promise((resolve) => added.once('exit', resolve));
  let kills = 0;
  const started = Date.now();
  while (added.exitCode === null && kills < 6 && Date.now() - started < 60_000) {
    await Promise.race([wait(600 + 1500 * Math.random()), ended]);
    if (added.exitCode !== null) break;
    if (kills % 3 === 2) {
      server.kill('SIGKILL');
      await wait(300);
      server = redis();
    } else {
      const index = kills % 2;
      workers[index]?.kill('SIGKILL');
      workers[index] = worker();
    }
    kills++;
  }
  const code = await Promise.race([ended, wait(300_000, 'late')]);
  if (code !== 0)
    throw new Error(`add.js ended with ${code}; there are ${shardsOf('bullmq.csv').join(', ')}`);
  checkWhole('bullmq.csv');
  return `four shards, ${kills} kills with −9 of workers and Redis, merged: the same bytes`;
}

/**
 * @param {string} what
 * @param {() => boolean} isReady
 */
async function until(what, isReady) {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (isReady()) return;
    await wait(200);
  }
  throw new Error(`${what} did not start: ${readLogs()}`);
}

const readLogs = () =>
  ['slurmctld.log', 'slurmd.log', 'munge/log']
    .filter((name) => existsSync(at(name)))
    .map((name) => `\n${name}:\n${readFileSync(at(name), 'utf8').slice(-1500)}`)
    .join('');

let failed = false;
await setUpOrExit();
try {
  mkdirSync(at('bin'));
  const main = join(root, 'apps', 'cli', 'dist', 'main.js');
  writeFileSync(at('bin', 'resnet'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, {
    mode: 0o755,
  });
  await writeImages();
  const train =
    'train --network cifar/resnet20 --data synthetic:signs --image-size 32 --images 32 --epochs 1 --out model';
  await run('resnet', train.split(' '));
  await run('resnet', 'predict model photos --out whole.csv --on-error skip --threads 1'.split(' '));
  for (const [name, test] of /** @type {const} */ ([
    ['GNU parallel', underParallel],
    ['Slurm', underSlurm],
    ['BullMQ', byBullMQ],
  ])) {
    const outcome = await test();
    say(`${name.padEnd(14)}${outcome}`);
    if (process.env.CI && outcome.startsWith('left out')) failed = true;
  }
} catch (error) {
  failed = true;
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
} finally {
  for (const service of services.reverse()) service.kill('SIGKILL');
  await wait(500);
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
