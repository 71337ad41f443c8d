// Networks that others trained, on pictures of CIFAR-10 that lie beside the repository; skipped without them.
import { createPredictor, disposeVariables } from '@resnetjs/core';
import { decodeImage } from '@resnetjs/data/browser';
import { readClassifier } from '@resnetjs/weights';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from 'vitest/browser';
import { register } from './index.js';

/** From the repository's root. */
const data = '../shared/data';
const eachClass = 20;

/** The bytes of a file beside the repository; undefined if it isn't there. */
async function fileOf(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const text = await commands.readFile(`${data}/${path}`, 'base64');
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

beforeAll(() => register());

describe('the first pictures of each class of cifar10/test', () => {
  // As wasm, node and cpu have them, and PyTorch and Keras.
  it.for([
    ['resnet20-12fca82f.th', [16, 14, 15, 16, 16, 11, 18, 16, 20, 18]],
    ['resnet32-d509ac18.th', [17, 16, 15, 18, 17, 15, 18, 18, 19, 17]],
    ['mlperf-tiny-resnet8.h5', [13, 14, 13, 14, 15, 6, 17, 15, 19, 18]],
  ] as const)('by %s', async ([name, expected], { skip }) => {
    const file = await fileOf(`pretrained/${name}`);
    if (file === undefined) return skip('../shared/data/pretrained is absent');
    const classifier = await readClassifier(file);
    const predictor = createPredictor(classifier);
    const right: number[] = [];
    for (const [label, className] of classifier.classes.entries()) {
      const names = Array.from({ length: eachClass }, (_, index) => `${String(index).padStart(4, '0')}.jpg`);
      const files = await Promise.all(names.map((each) => fileOf(`cifar10/test/${className}/${each}`)));
      const images = await Promise.all(files.map((each) => decodeImage(each as Uint8Array<ArrayBuffer>)));
      const rows = await predictor.predict(images);
      right.push(rows.filter((row) => row.indexOf(Math.max(...row)) === label).length);
    }
    predictor.dispose();
    disposeVariables(classifier.variables);
    expect(right).toEqual(expected);
  });
});
