// ONNX files of PyTorch's exporters and Keras's, read by us, and their logits compared with onnxruntime's:
//
//     python tooling/goldens/onnx_files.py FOLDER [NETWORK…]     files of generated weights, and onnxruntime's logits
//     node tooling/goldens/onnx-files.mjs FOLDER [FILE…]         each is read, and computed: within 1e-4
//
// Needs a build.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { register } from '../../packages/backend-wasm/dist/index.js';
import { disposeVariables, forward } from '../../packages/core/dist/index.js';
import { openWeights, readVariables } from '../../packages/weights/dist/index.js';
import { fileSource } from '../../packages/weights/dist/node/index.js';
import * as tf from '@tensorflow/tfjs-core';

/** Relative to the largest. */
const tolerance = 1e-4;

const [folder, ...names] = process.argv.slice(2);

async function compare(file) {
  const { shape, isChannelsLast, isSoftmax, images, result } = JSON.parse(
    readFileSync(join(folder, `${basename(file, '.onnx')}.json`), 'utf8'),
  );
  const [, height, width] = isChannelsLast ? shape : [shape[0], ...shape.slice(2)];
  const source = await fileSource(join(folder, file));
  try {
    const opened = await openWeights(source, { input: [height, width, 3] });
    const variables = await readVariables(opened);
    const given = tf.tensor(images, shape);
    const computed = tf.tidy(() => {
      const logits = forward(
        opened.network,
        variables,
        isChannelsLast ? given : tf.transpose(given, [0, 2, 3, 1]),
      );
      return isSoftmax ? tf.softmax(logits) : logits;
    });
    const values = await computed.data();
    const distance =
      Math.max(...result.map((value, index) => Math.abs(value - values[index]))) /
      Math.max(...result.map(Math.abs));
    const isWrong = !(distance <= tolerance) || values.length !== result.length;
    if (isWrong) process.exitCode = 1;
    const { name } = opened.network;
    console.log(
      `${file}: ${name}, in the names of ${opened.dialect}, ${isSoftmax ? 'probabilities' : 'logits'} ${distance.toExponential(1)}${isWrong ? ' WRONG' : ''}`,
    );
    tf.dispose([given, computed]);
    disposeVariables(variables);
  } catch (error) {
    process.exitCode = 1;
    console.log(`${file}: ${error.message}`);
  } finally {
    await source.close();
  }
}

await register();
const files = names.length > 0 ? names : readdirSync(folder).filter((name) => name.endsWith('.onnx'));
for (const file of files.sort()) await compare(file);
