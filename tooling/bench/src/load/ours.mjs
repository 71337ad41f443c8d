// From a file of weights to the first probabilities, by ResNet.js on Wasm: see ../load.mjs.
import { join } from 'node:path';
import { register } from '@resnetjs/backend-wasm';
import { createPredictor, disposeVariables } from '@resnetjs/core';
import { readClassifier } from '@resnetjs/weights';
import { fileSource } from '@resnetjs/weights/node';
import { reportLoad } from './report-load.mjs';

await reportLoad(async ({ folder, threads, size }) => {
  await register({ threads });
  const source = await fileSource(join(folder, 'network.safetensors'));
  const classifier = await readClassifier(source);
  await source.close();
  const predictor = createPredictor(classifier);
  disposeVariables(classifier.variables);
  const data = new Uint8Array(size * size * 3).fill(100);
  const [probabilities] = await predictor.predict([{ height: size, width: size, channels: 3, data }]);
  return probabilities ?? [];
});
