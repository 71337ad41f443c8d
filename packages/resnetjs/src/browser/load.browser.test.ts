import {
  type Classifier,
  createClassifier,
  createNetwork,
  createPredictor,
  disposeVariables,
  type Pixels,
  preprocessings,
  topClasses,
} from '@resnetjs/core';
import { cifar10Classes } from '@resnetjs/core/classes';
import { register } from '@resnetjs/backend-wasm';
import { encodeWeights, weightsOf } from '@resnetjs/weights';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commands } from 'vitest/browser';
import { load } from './load.js';

// The package is compiled without the DOM's types.
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): {
    fillStyle: string;
    fillRect(...box: number[]): void;
    getImageData(...box: number[]): Drawn;
  };
  convertToBlob(options: { type: string }): Promise<Blob>;
}
interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}
interface Img {
  readonly width: number;
  readonly height: number;
  src: string;
}
declare const OffscreenCanvas: new (width: number, height: number) => Canvas;
declare const Image: new () => Img;
declare const createImageBitmap: (blob: Blob) => Promise<{ width: number; height: number }>;

let classifier: Classifier;
let expected: readonly { readonly class: string; readonly probability: number }[];
let canvas: Canvas;
let file: Blob;

beforeAll(async () => {
  await register({ threads: 1 });
  const options = { classes: cifar10Classes, preprocessing: preprocessings.cifar, seed: 1 };
  classifier = createClassifier(createNetwork('cifar/resnet20'), options);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of encodeWeights(weightsOf(classifier), { to: 'pytorch' }).parts) {
    parts.push(Uint8Array.from(part));
  }
  file = new Blob(parts);
  canvas = new OffscreenCanvas(24, 20);
  const context = canvas.getContext('2d');
  for (let x = 0; x < 24; x++) {
    context.fillStyle = `rgb(${10 * x}, ${255 - 10 * x}, 90)`;
    context.fillRect(x, 0, 1, 20);
  }
  const { data } = context.getImageData(0, 0, 24, 20);
  const pixels: Pixels = {
    height: 20,
    width: 24,
    channels: 3,
    data: Uint8Array.from(data.filter((_, at) => at % 4 < 3)),
  };
  const predictor = createPredictor(classifier);
  const [probabilities = []] = await predictor.predict([pixels]);
  predictor.dispose();
  expected = topClasses(cifar10Classes, probabilities, 5);
});
afterAll(() => disposeVariables(classifier.variables));

it('loads a file from its address, a Blob and bytes, and classifies what a page has', async () => {
  const png = await canvas.convertToBlob({ type: 'image/png' });
  const url = URL.createObjectURL(png);
  const img = new Image();
  img.src = url;
  const imageData = canvas.getContext('2d').getImageData(0, 0, 24, 20);
  const bytes = new Uint8Array(await png.arrayBuffer());
  const images = [canvas, imageData, img, await createImageBitmap(png), png, bytes, url, new URL(url)];
  const before = tf.memory().numTensors;
  for (const from of [URL.createObjectURL(file), file, new Uint8Array(await file.arrayBuffer())]) {
    const loaded = await load(from);
    expect(loaded.file.container).toBe('pytorch');
    for (const image of images) {
      const answer = await loaded.classify(image);
      expect(answer.map((each) => each.class)).toEqual(expected.map((each) => each.class));
      expect(answer[0]?.probability).toBeCloseTo(expected[0]?.probability as number, 6);
    }
    loaded.dispose();
  }
  expect(tf.memory().numTensors).toBe(before);
});

it('loads weights by name, once', async () => {
  const { hub } = commands as unknown as { hub(action: object): Promise<unknown> };
  const { url: endpoint } = (await hub({ do: 'start' })) as { url: string };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  await hub({ do: 'set', repo: 'someone/resnet20', files: { 'pytorch_model.bin': { base64 } } });
  const states: string[] = [];
  const options = {
    endpoint,
    onProgress: (_: number, __: number | null, { state }: { state: string }) => states.push(state),
  };
  for (const times of [1, 0]) {
    states.length = 0;
    const loaded = await load('hf:someone/resnet20', options);
    const answer = await loaded.classify(canvas);
    expect(answer.map((each) => each.class)).toEqual(expected.map((each) => each.class));
    expect(states.filter((state) => state === 'done').length).toBe(times);
    loaded.dispose();
  }
});

it('says what is wrong with an image', async () => {
  const loaded = await load(file);
  const broken = new Image();
  broken.src = 'data:image/png;base64,AAAA';
  await expect(loaded.classify(broken)).rejects.toThrow('is broken, or could not be loaded');
  await expect(loaded.classify({ width: 0, height: 0 })).rejects.toThrow('has no pixels yet');
  await expect(loaded.classify({ width: 2, height: 2 })).rejects.toThrow("can't be drawn");
  await expect(loaded.classify(null as never)).rejects.toMatchObject({ code: 'bad-option' });
  loaded.dispose();
});
