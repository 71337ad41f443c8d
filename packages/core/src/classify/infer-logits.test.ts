import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { disposeVariables } from '../compute/variables.js';
import { preactResNet } from '../networks/preact.js';
import { createClassifier } from './classifier.js';
import { createPredictor, predict } from './predict.js';

beforeAll(() => tf.setBackend('cpu'));

const [height, width] = [6, 8];
const network = preactResNet({ input: [height, width, 3], classes: 3, blocks: 1 });
const image = (index: number) =>
  Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * 37 + index * 101) % 256);

/** The image with left and right exchanged. */
function mirrored(levels: Uint8Array): Uint8Array {
  return levels.map((_, at) => {
    const [pixel, channel] = [Math.floor(at / 3), at % 3];
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    return levels[(row * width + width - 1 - column) * 3 + channel] as number;
  });
}

it('flip: probabilities are the mean of those of the image and of its mirror image', async () => {
  const { numTensors } = tf.memory();
  const classifier = createClassifier(network, { classes: ['a', 'b', 'c'], seed: 4 });
  const images = [image(0), image(1)];
  const both = await predict(classifier, Uint8Array.from(images.flatMap((each) => [...each])), {
    tta: 'flip',
  });
  for (const [index, levels] of images.entries()) {
    const [own = []] = await predict(classifier, levels);
    const [other = []] = await predict(classifier, mirrored(levels));
    expect(Math.abs((own[0] as number) - (other[0] as number))).toBeGreaterThan(1e-3);
    own.forEach((value, of) => {
      expect(both[index]?.[of]).toBeCloseTo((value + (other[of] as number)) / 2, 6);
    });
  }
  const predictor = createPredictor(classifier, { tta: 'flip' });
  const [found = []] = await predictor.predict([{ height, width, channels: 3, data: image(0) }]);
  found.forEach((value, of) => {
    expect(value).toBeCloseTo(both[0]?.[of] as number, 4);
  });
  predictor.dispose();
  disposeVariables(classifier.variables);
  expect(tf.memory().numTensors).toBe(numTensors);
});

it('refuses another', async () => {
  const classifier = createClassifier(network, { classes: ['a', 'b', 'c'] });
  const wrong = 'tencrop' as 'flip';
  await expect(predict(classifier, image(0), { tta: wrong })).rejects.toThrow(
    'tta is "tencrop"; it must be one of flip.',
  );
  disposeVariables(classifier.variables);
});
