import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locateNative } from '@resnetjs/backend-node';
import { runNpm } from '../../scripts/commands.mjs';

/** @typedef {import('./workloads.mjs').Task} Task */

/**
 * @typedef {object} Contender
 * @property {string} title
 * @property {string} [script] run by Node, in contenders/, or by a page, in browser/pages/
 * @property {keyof typeof pythonPackages} [python] the script of python/ that it needs
 * @property {string} [argument]
 * @property {Record<string, unknown>} [order] additional fields of its order
 * @property {readonly Task[]} tasks
 * @property {boolean} [oneThread]
 * @property {boolean} [native] needs native TensorFlow
 * @property {string} [package] an npm package installed in the bench's own folder
 */

/** What Python must have for a script. */
const pythonPackages = {
  keras: ['keras', 'tensorflow'],
  torch: ['torch'],
  tflite: ['keras', 'tensorflow'],
};

/** Every contender by the name that --only takes. */
export const contenders = /** @satisfies {Record<string, Contender>} */ ({
  folded: {
    title: 'ResNet.js, Wasm, folded',
    script: 'ours.mjs',
    order: { folded: true },
    tasks: ['inference'],
  },
  ours: { title: 'ResNet.js, Wasm', script: 'ours.mjs', tasks: ['inference', 'training'] },
  'portable-folded': {
    title: 'ResNet.js, Wasm, portable, folded',
    script: 'ours.mjs',
    order: { folded: true, instructions: 'portable' },
    tasks: ['inference'],
  },
  'node-folded': {
    title: 'ResNet.js, native TensorFlow, folded',
    script: 'ours.mjs',
    order: { native: true, folded: true },
    tasks: ['inference'],
    native: true,
  },
  node: {
    title: 'ResNet.js, native TensorFlow',
    script: 'ours.mjs',
    order: { native: true },
    tasks: ['inference', 'training'],
    native: true,
  },
  'tfjs-layers-node': {
    title: 'tfjs-layers, stock tfjs-node',
    script: 'layers.mjs',
    order: { native: true },
    tasks: ['inference', 'training'],
    native: true,
  },
  'tfjs-layers': {
    title: 'tfjs-layers, stock Wasm',
    script: 'layers.mjs',
    tasks: ['inference'],
    oneThread: true,
  },
  'tfjs-layers-ours': {
    title: "tfjs-layers, ResNet.js's Wasm kernels",
    script: 'layers.mjs',
    order: { ours: true },
    tasks: ['inference', 'training'],
  },
  'onnxruntime-web': {
    title: 'onnxruntime-web, Wasm',
    script: 'onnxruntime.mjs',
    argument: 'onnxruntime-web',
    tasks: ['inference'],
    package: 'onnxruntime-web',
  },
  'onnxruntime-node': {
    title: 'onnxruntime-node, CPU',
    script: 'onnxruntime.mjs',
    argument: 'onnxruntime-node',
    tasks: ['inference'],
    package: 'onnxruntime-node',
  },
  keras: { title: 'Keras on TensorFlow', python: 'keras', tasks: ['inference', 'training'] },
  torch: { title: 'PyTorch', python: 'torch', tasks: ['inference', 'training'] },
});

/** @typedef {keyof typeof contenders} ContenderName */
export const contenderNames = /** @type {ContenderName[]} */ (Object.keys(contenders));

/**
 * Why a contender can't take part in a task; undefined if it can.
 * @param {Contender} contender
 * @param {Task} task
 * @param {number} threads
 */
export function refusal(contender, task, threads) {
  if (!contender.tasks.includes(task)) {
    if (contender.order?.folded) return 'a folded network is for inference';
    if (contender.script === 'layers.mjs')
      return "TensorFlow.js's Wasm backend has no gradient of a convolution";
    return 'it is for inference only';
  }
  return contender.oneThread && threads > 1 ? 'TensorFlow.js runs one thread in Node' : undefined;
}

export const modules = fileURLToPath(new URL('../contenders/', import.meta.url));

/**
 * Installs missing packages, and returns which contenders aren't available.
 * @param {readonly string[]} names
 * @param {{ python: string, log: (line: string) => void }} options
 * @param {Readonly<Record<string, Contender>>} table
 * @returns {Promise<Map<string, string>>} reasons
 */
export async function findMissing(names, { python, log }, table = contenders) {
  /** @type {Map<string, string>} */
  const missing = new Map();
  const packaged = names.filter((name) => table[name]?.package !== undefined);
  const installed = (/** @type {string} */ name) =>
    existsSync(join(modules, 'node_modules', table[name]?.package ?? ''));
  if (!packaged.every(installed)) {
    log('installing onnxruntime and LiteRT.js (about 475 MB, once)');
    // onnxruntime-node's install script would download CUDA libraries.
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund'];
    const { code, output } = await runNpm('npm', ['ci', ...flags], { cwd: modules });
    const last = output.trim().split('\n').at(-1) ?? '';
    for (const name of packaged) if (code !== 0) missing.set(name, `npm could not install it: ${last}`);
  }
  const found = locateNative();
  for (const name of names) {
    const contender = /** @type {Contender} */ (table[name]);
    if (contender.native && found.native === null)
      missing.set(name, 'it needs native TensorFlow: npm run -s resnet -- backends install node');
    if (contender.python === undefined) continue;
    const needed = pythonPackages[contender.python];
    const code = `import importlib.util as u, sys; sys.exit(not all(u.find_spec(n) for n in ${JSON.stringify(needed)}))`;
    const { status, error } = spawnSync(python, ['-c', code]);
    if (error) missing.set(name, `${python} was not found`);
    else if (status !== 0) missing.set(name, `${python} has no ${needed.join(' and ')}`);
  }
  return missing;
}

/**
 * The command that starts a contender's process.
 * @param {string} name
 * @param {{ folder: string, threads: number, python: string }} options
 * @returns {[command: string, args: string[]]}
 */
export function commandOf(name, { folder, threads, python }) {
  const contender = /** @type {Contender} */ (contenders[/** @type {ContenderName} */ (name)]);
  const order = JSON.stringify({ folder, threads, modules, ...contender.order });
  const path = (/** @type {string} */ file) => fileURLToPath(new URL(file, import.meta.url));
  if (contender.python !== undefined)
    return [python, [path('../python/contender.py'), order, contender.python]];
  const argument = contender.argument === undefined ? [] : [contender.argument];
  return [process.execPath, [path(`./contenders/${contender.script}`), order, ...argument]];
}

/** The versions of the contenders' npm packages, by package. */
export function packageVersions() {
  const { dependencies } = JSON.parse(readFileSync(join(modules, 'package.json'), 'utf8'));
  return /** @type {Record<string, string>} */ (dependencies);
}
