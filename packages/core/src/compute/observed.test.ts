import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { walk } from '../network/walk.js';
import { preactResNet } from '../networks/preact.js';
import { differentiate, disposeTrainingPass } from './differentiate.js';
import { disposeFeatureMaps, featureMaps } from './feature-maps.js';
import { forward } from './forward.js';
import { differentiableFusion, inferenceFusion } from './fusion.js';
import type { Observer } from './observe.js';
import { plan } from './plan.js';
import { disposeVariables, initialize } from './variables.js';

beforeAll(() => tf.setBackend('cpu'));

it('an observer sees each instruction of a pass once, in order, and may take its result', () => {
  const network = preactResNet({ input: [4, 4, 3], blocks: 1 });
  const variables = initialize(network);
  const images = tf.ones([1, 4, 4, 3]);
  const seen: string[] = [];
  const observe: Observer = (instruction, direction, run) => {
    seen.push(`${direction} ${instruction.result}`);
    return run();
  };
  const take = () => seen.splice(0);
  const forwards = plan(network, inferenceFusion()).map(({ result }) => `forward ${result}`);
  const backwards = plan(network, differentiableFusion()).map(({ result }) => `backward ${result}`);

  forward(network, variables, images, { observe }).dispose();
  expect(take()).toEqual(forwards);
  const add = walk(network).findIndex(({ op }) => op.op === 'add');
  disposeFeatureMaps(featureMaps(network, variables, images, [add], { observe }));
  const unfused = plan(network, inferenceFusion(), new Set([add]));
  expect(take()).toEqual(unfused.map(({ result }) => `forward ${result}`));
  disposeTrainingPass(differentiate(network, variables, images, (y) => tf.onesLike(y), { observe }));
  expect(take()).toEqual([...forwards, ...backwards.reverse()]);
  images.dispose();
  disposeVariables(variables);
});
