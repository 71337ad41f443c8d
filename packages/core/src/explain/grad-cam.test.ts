import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { identityBlock } from '../blocks/residual.js';
import { disposeVariables, initialize, createVariables } from '../compute/variables.js';
import { initializers } from '../network/initializer.js';
import type { Network } from '../network/types.js';
import { preactResNet } from '../networks/preact.js';
import { foldBatchNorm } from '../rewrite/fold.js';
import { gradCam } from './grad-cam.js';

/** Channel 0 supports class 0 and opposes class 1; channel 1 the other way around. */
const network: Network = {
  ...asNetwork(identityBlock({ kernelSize: 1, filters: [2, 2, 2] }), [2, 2, 2], 'two channels'),
  stages: [],
  head: [
    { op: 'pool', mode: 'average', size: [2, 2], strides: [2, 2], padding: 'valid' },
    { op: 'flatten' },
    { op: 'dense', units: 2, activation: 'softmax', initializer: initializers.zeros() },
  ],
};
const kernel = [1, -1, -1, 1];
const values = new Map([
  ['head.2.kernel', Float32Array.from(kernel)],
  ['head.2.bias', Float32Array.of(0, 0)],
]);
const active = [4, 0, 0, 3, 2, 0, 0, 0]; // channel 0: 4 0 / 2 0, channel 1: 0 3 / 0 0
const empty = Array<number>(8).fill(0);

describe('gradCam', () => {
  let before: number;
  const heat = (classIndex?: number | readonly number[], pixels = [...active, ...empty]) => {
    const variables = createVariables(network, ({ id }) => values.get(id));
    const images = tf.tensor4d(pixels, [pixels.length / 8, 2, 2, 2]);
    try {
      const map = gradCam({ network, variables }, images, classIndex === undefined ? {} : { classIndex });
      const result = map.arraySync();
      map.dispose();
      return result;
    } finally {
      disposeVariables(variables);
      images.dispose();
    }
  };

  beforeAll(() => tf.setBackend('cpu'));
  beforeEach(() => {
    before = tf.memory().numTensors;
  });
  afterEach(() => expect(tf.memory().numTensors).toBe(before));

  it('is the class activation map if the head only averages, as by hand, and 0 if nothing supports the class', () => {
    const nothing = [
      [0, 0],
      [0, 0],
    ];
    const ofFirst = [
      [1, 0],
      [0.5, 0],
    ];
    const ofSecond = [
      [0, 1],
      [0, 0],
    ];
    expect(heat(0)).toEqual([ofFirst, nothing]);
    expect(heat(1)).toEqual([ofSecond, nothing]);
    expect(heat()).toEqual([ofFirst, nothing]); // logits 0.75, −0.75
    expect(heat([0, 1, 1], [...active, ...active, ...empty])).toEqual([ofFirst, ofSecond, nothing]);
  });

  it('is the same for a folded network, at every node', () => {
    const whole = preactResNet({ input: [8, 8, 3], blocks: 2 });
    const variables = initialize(whole, { seed: 3 });
    const folded = foldBatchNorm({ network: whole, variables });
    const images = tf.randomUniform([3, 8, 8, 3], 0, 1, 'float32', 4);
    const added = { part: 'stage', stage: 0, block: 0, path: 'add', index: 0 } as const;
    for (const options of [{}, { at: added }, { at: 0 }]) {
      const [one, other] = [
        gradCam({ network: whole, variables }, images, options),
        gradCam(folded, images, options),
      ];
      expect(one.shape).toEqual([3, ...('at' in options && options.at === 0 ? [8, 8] : [4, 4])]);
      const [mine, others] = [[...one.dataSync()], [...other.dataSync()]];
      mine.forEach((value, index) => {
        expect(value).toBeCloseTo(others[index] as number, 5);
      });
      expect([Math.min(...mine) >= 0, Math.max(...mine)]).toEqual([true, 1]);
      tf.dispose([one, other]);
    }
    disposeVariables(variables);
    disposeVariables(folded.variables);
    images.dispose();
  });

  it('rejects classes, nodes and networks that it cannot explain', () => {
    expect(() => heat(2)).toThrow('There is no class 2: classes are 0 to 1.');
    expect(() => heat(0.5)).toThrow('There is no class 0.5');
    expect(() => heat([0])).toThrow('classIndex has 1 classes for 2 images');
    const images = tf.zeros([1, 2, 2, 2]);
    const variables = createVariables(network, ({ id }) => values.get(id));
    const model = { network, variables };
    expect(() => gradCam(model, images, { at: 2 })).toThrow('Node 2 of two channels, head.1, has shape [2]');
    expect(() => gradCam(model, images, { at: 9 })).toThrow('has no node 9');
    const headless = { network: { ...network, head: [] }, variables };
    expect(() => gradCam(headless, images)).toThrow('has no head that pools or flattens a map');
    expect(() => gradCam(headless, images, { at: 0 })).toThrow(
      'has shape [2, 2, 2]: Grad-CAM needs [classes]',
    );
    disposeVariables(variables);
    images.dispose();
  });
});
