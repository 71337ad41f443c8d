// Weights through files of ours, PyTorch, timm and Keras, and back:
//
//     node tooling/goldens/weights.mjs write FOLDER [NETWORK…]     files of generated weights, in every format, and logits
//     python tooling/goldens/weights.py FOLDER [NETWORK…]          real frameworks read them, compute, and write their own
//     node tooling/goldens/weights.mjs read FOLDER [NETWORK…]      theirs are read: equal to the bit, logits within 1e-4
//
// Needs a build. Files of a network take up to a gigabyte.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { register } from '../../packages/backend-wasm/dist/index.js';
import { disposeVariables } from '../../packages/core/dist/index.js';
import { encodeWeights, openWeights, readVariables, weightsOf } from '../../packages/weights/dist/index.js';
import { fileSource, writeFileAtomically } from '../../packages/weights/dist/node/index.js';
import { logitsOf, networkOf, preprocessing, variablesOf } from './generated-weights.mjs';

const all = [
  ...['resnet18', 'resnet50', 'resnext50_32x4d', 'seresnet50', 'resnet50d'],
  ...['keras/resnet50', 'keras/resnet50v2', 'cifar/resnet20', 'mlperf/resnet8'],
];
const endings = { safetensors: 'safetensors', pytorch: 'pth', keras: 'keras', 'keras-weights': 'weights.h5' };
const tolerance = 1e-4;

const [kind, folder, ...names] = process.argv.slice(2);

async function write(name) {
  const network = networkOf(name);
  const variables = variablesOf(network);
  const place = join(folder, name.replace('/', '-'));
  mkdirSync(place, { recursive: true });
  const { values, logits } = logitsOf(network, variables);
  writeFileSync(join(place, 'images.f32'), values);
  writeFileSync(join(place, 'logits.f32'), logits.dataSync());
  const weights = weightsOf({
    network,
    variables,
    classes: [...'abcdefg'],
    preprocessing,
  });
  for (const [to, ending] of Object.entries(endings)) {
    const { parts } = encodeWeights(weights, { to });
    await writeFileAtomically(join(place, `ours.${ending}`), parts);
  }
  disposeVariables(variables);
  console.log(`${name}: written`);
}

async function read(name) {
  const network = networkOf(name);
  const expected = variablesOf(network);
  const place = join(folder, name.replace('/', '-'));
  const known = new Float32Array(new Uint8Array(readFileSync(join(place, 'logits.f32'))).buffer);
  for (const file of readdirSync(place).filter((each) => /^(theirs|ours)/.test(each))) {
    const source = await fileSource(join(place, file));
    try {
      const opened = await openWeights(source, {
        input: network.input,
        // Keras's first ResNets have the shapes of the course's network, whose names PyTorch doesn't have either.
        ...(/^keras.*pth$/.test(`${name} ${file}`) && { network: name }),
      });
      const variables = await readVariables(opened);
      const theirs = [...variables.weights.values(), ...variables.statistics.values()];
      const ours = [...expected.weights.values(), ...expected.statistics.values()];
      const equal = ours.every((tensor, index) => isEqual(tensor.dataSync(), theirs[index].dataSync()));
      const computed = logitsOf(opened.network, variables).logits.dataSync();
      const { size } = source;
      console.log(
        `${name} ${file} (${(size / 1e6).toFixed(1)} MB): ${opened.container}, ${opened.network.name}, ${equal ? 'equal to the bit' : 'NOT EQUAL'}, logits ${distance(computed, known).toExponential(1)}`,
      );
      if (!equal || ours.length !== theirs.length || distance(computed, known) > tolerance)
        process.exitCode = 1;
      disposeVariables(variables);
    } finally {
      await source.close();
    }
  }
  disposeVariables(expected);
}

function isEqual(a, b) {
  return a.length === b.length && a.every((value, index) => Object.is(value, b[index]));
}

/** Relative, in L2. */
function distance(a, b) {
  const norm = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return norm(a.map((value, index) => value - b[index])) / norm(b);
}

await register();
for (const name of names.length > 0 ? names : all) await (kind === 'write' ? write : read)(name);
