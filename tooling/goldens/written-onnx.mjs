// Generated weights as ONNX files, and what runtimes make of them:
//
//     node tooling/goldens/written-onnx.mjs FOLDER [--full] [NETWORK…]   files, run by onnxruntime-node, and by -web in Node and Chromium
//     python tooling/goldens/written_onnx.py FOLDER [NETWORK…]           the same files: onnx's checker, onnxruntime, torchvision, Keras
//
// Logits of one image and of three, from the same file, within 1e-4 of the largest. --full is 224² and 1,000 classes instead of 64² and 7.
// Needs a build, Chromium, and the runtimes that `npm run bench` installs. Files are left in the folder.
import { once } from 'node:events';
import { createReadStream, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { chromium } from 'playwright';
import { register } from '../../packages/backend-wasm/dist/index.js';
import { disposeVariables } from '../../packages/core/dist/index.js';
import { browserFlags, findBrowser, needsNoSandbox } from '../../packages/parity/dist/node/index.js';
import { encodeWeights, openWeights, readVariables, weightsOf } from '../../packages/weights/dist/index.js';
import { writeFileAtomically } from '../../packages/weights/dist/node/index.js';
import { logitsOf, networkOf, preprocessing, variablesOf } from './generated-weights.mjs';

const all = ['resnet18', 'resnet50', 'keras/resnet50v2', 'resnext50_32x4d', 'cifar/resnet20'];
const files = {
  'ours.onnx': {},
  'ours-folded.onnx': { fold: true },
  'ours-nhwc.onnx': { layout: 'nhwc' },
  'ours-half.onnx': { half: true },
};
const batches = [1, 3];
const tolerance = 1e-4;
const contenders = fileURLToPath(new URL('../bench/contenders/', import.meta.url));
if (!existsSync(join(contenders, 'node_modules'))) {
  throw new Error('onnxruntime is not installed: npm ci --ignore-scripts, in tooling/bench/contenders');
}

const full = process.argv.includes('--full');
const [folder, ...names] = process.argv.slice(2).filter((each) => each !== '--full');

/** Runtimes: from a file's path and batches of images to logits. */
const runtimes = {
  'onnxruntime-node': inWorker('onnxruntime-node', 'cpu'),
  'onnxruntime-web in Node': inWorker('onnxruntime-web', 'wasm'),
  'onnxruntime-web in Chromium': async (path, images, page) => {
    const lists = images.map(({ values, shape }) => ({ values: Array.from(values), shape }));
    return page.evaluate(runInPage, { path, images: lists });
  },
};

function inWorker(name, provider) {
  const modules = join(contenders, 'package.json');
  const url = new URL('run-onnx.mjs', import.meta.url);
  const worker = new Worker(url, { workerData: { name, provider, modules } });
  worker.unref();
  return async (path, images) => {
    worker.postMessage({ path, images });
    const [logits] = await once(worker, 'message');
    return logits;
  };
}

/** Runs in the browser. */
async function runInPage({ path, images }) {
  const ort = await import('/modules/onnxruntime-web/dist/ort.wasm.min.mjs');
  ort.env.wasm.wasmPaths = '/modules/onnxruntime-web/dist/';
  ort.env.wasm.numThreads = 1;
  const file = await (await fetch(`/file?${encodeURIComponent(path)}`)).arrayBuffer();
  const session = await ort.InferenceSession.create(file);
  const logits = [];
  for (const { values, shape } of images) {
    const results = await session.run({
      images: new ort.Tensor('float32', Float32Array.from(values), shape),
    });
    logits.push(Array.from(results.logits.data));
  }
  await session.release();
  return logits;
}

const types = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

/** A page that can load onnxruntime-web, and the files that are written. */
async function openPage() {
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url, 'http://localhost');
    if (pathname === '/') return response.setHeader('Content-Type', 'text/html').end('<!doctype html>');
    const isFile = pathname === '/file';
    const path = isFile
      ? decodeURIComponent(search.slice(1))
      : join(contenders, 'node_modules', pathname.slice('/modules/'.length));
    response.setHeader('Content-Type', types[extname(path)] ?? 'application/octet-stream');
    createReadStream(path)
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { path: executablePath, reason } = findBrowser();
  if (executablePath === undefined) throw new Error(reason);
  const browser = await chromium.launch({
    executablePath,
    args: browserFlags(),
    chromiumSandbox: !needsNoSandbox,
  });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const close = async () => {
    await browser.close();
    server.close();
  };
  return { page, close };
}

/** What a file with halves computes: the variables that such values give. */
async function halved(weights, network) {
  const parts = [];
  for await (const part of encodeWeights(weights, { to: 'safetensors', half: true }).parts) parts.push(part);
  return readVariables(
    await openWeights(Buffer.concat(parts), { network: network.name, input: network.input }),
  );
}

async function compare(name, page) {
  const network = networkOf(name, { full });
  const variables = variablesOf(network);
  const classes = Array.from({ length: network.head.at(-1).units }, (_, index) => `class ${index}`);
  const weights = weightsOf({ network, variables, classes, preprocessing });
  const halves = await halved(weights, network);
  const place = join(folder, name.replace('/', '-'));
  mkdirSync(place, { recursive: true });
  for (const [file, options] of Object.entries(files)) {
    const path = join(place, file);
    await writeFileAtomically(path, encodeWeights(weights, { to: 'onnx', ...options }).parts);
    const cases = batches.map((batch) => {
      const { values, logits } = logitsOf(network, options.half ? halves : variables, batch);
      const nhwc = tf.tensor(values, [batch, ...network.input]);
      const images = options.layout === 'nhwc' ? nhwc : tf.transpose(nhwc, [0, 3, 1, 2]);
      return { images: { values: images.dataSync(), shape: images.shape }, logits: logits.dataSync() };
    });
    const { images, logits } = cases.at(-1);
    writeFileSync(join(place, `${file}.images.f32`), images.values);
    writeFileSync(join(place, `${file}.logits.f32`), logits);
    for (const [runtime, run] of Object.entries(runtimes)) {
      const found = await run(
        path,
        cases.map((each) => each.images),
        page,
      );
      const errors = cases.map((each, index) => distance(found[index], each.logits));
      const isRight = errors.every((error) => error <= tolerance);
      if (!isRight) process.exitCode = 1;
      const figures = errors.map((error) => error.toExponential(1)).join(', ');
      console.log(`${name} ${file} in ${runtime}: ${figures}${isRight ? '' : ' WRONG'}`);
    }
  }
  disposeVariables(variables);
  disposeVariables(halves);
}

/** The largest difference, in shares of the largest value; infinite for another number of values. */
function distance(found, known) {
  if (found.length !== known.length) return Number.POSITIVE_INFINITY;
  const largest = known.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return found.reduce((max, value, index) => Math.max(max, Math.abs(value - known[index])), 0) / largest;
}

await register();
const { page, close } = await openPage();
try {
  for (const name of names.length > 0 ? names : all) await compare(name, page);
} finally {
  await close();
}
