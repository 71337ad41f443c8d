import { register } from '@resnetjs/backend-wasm';
import {
  differentiate,
  disposeTensors,
  disposeTrainingPass,
  disposeVariables,
  type Network,
  parameters,
  type Variables,
} from '@resnetjs/core';
import {
  applyGradients,
  disposeOptimizerState,
  initialOptimizerState,
  type ParameterGroup,
  parameterSettings,
  sgd,
  softmaxCrossEntropy,
  updateStatistics,
} from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { goldenNetwork, sampledName } from './golden-network.js';
import { keysOf } from './keys.js';
import { measure, sampleImages, sampleLabels } from './sampling.js';
import { readTrainingGolden, type TrainingRun } from './training-golden.js';
import { sampleVariables } from './variables.js';

const golden = readTrainingGolden();
const { images: shape, classes, learningRate, momentum } = golden;
const [batch, ...input] = shape;
const name = sampledName(golden);
const network = goldenNetwork(golden, input);

/** PyTorch's `weight_decay`, of every weight: the penalty's gradient is 2 · l2 · weight. */
const decayed = (weightDecay: number): ParameterGroup[] => [{ match: {}, l2: weightDecay / 2 }];

interface Trained {
  readonly losses: readonly number[];
  /** How far each variable is from PyTorch's: of its norm and two products, the largest difference, in parts of the norm. */
  readonly apart: ReadonlyMap<string, number>;
}

/** As many steps of SGD as the golden has, each on a batch of its own. */
async function trained(run: TrainingRun, groups: readonly ParameterGroup[], of = network): Promise<Trained> {
  const settings = parameterSettings(of, groups);
  const optimizer = sgd({ learningRate, momentum });
  let variables = sampleVariables(of, name);
  let state = initialOptimizerState(optimizer, variables.weights);
  const losses: number[] = [];
  const labels = tf.tensor1d(sampleLabels(batch, classes), 'int32'); // [batch]
  for (const step of run.losses.keys()) {
    const images = tf.tensor4d(sampleImages(`${name}/step${step}`, shape), [...shape]);
    const next = takeStep({ network: of, variables }, { images, labels });
    const updated = applyGradients(optimizer, settings, variables.weights, next.gradients, state);
    losses.push(next.loss);
    disposeTensors(next.gradients);
    disposeVariables(variables);
    disposeOptimizerState(state);
    images.dispose();
    variables = { weights: updated.weights, statistics: next.statistics };
    state = updated.state;
  }
  const apart = await distances(of, variables, run);
  disposeVariables(variables);
  disposeOptimizerState(state);
  labels.dispose();
  return { losses, apart };
}

/** The loss without a penalty, its gradients, and the running statistics after the step. */
function takeStep(
  { network: of, variables }: { network: Network; variables: Variables },
  { images, labels }: { images: tf.Tensor4D; labels: tf.Tensor1D },
) {
  let loss = Number.NaN;
  const pass = differentiate(of, variables, images, (logits) => {
    const found = softmaxCrossEntropy(logits as tf.Tensor2D, labels);
    loss = found.loss.dataSync()[0] as number;
    return found.gradient;
  });
  const statistics = updateStatistics(of, variables.statistics, pass);
  const gradients = new Map([...pass.gradients.weights].map(([id, tensor]) => [id, tensor.clone()]));
  disposeTrainingPass(pass);
  return { loss, gradients, statistics };
}

async function distances(of: Network, { weights, statistics }: Variables, run: TrainingRun) {
  const keys = keysOf(of);
  const apart = new Map<string, number>();
  for (const { id } of parameters(of)) {
    const key = keys.get(id)?.key as string;
    const values = await (weights.get(id) ?? statistics.get(id))?.data();
    const expected = run.variables[key] as NonNullable<TrainingRun['variables'][string]>;
    const found = measure(`${name}/${key}`, values ?? []);
    apart.set(
      key,
      Math.max(...found.map((each, i) => Math.abs(each - (expected[i] as number)))) / expected[0],
    );
  }
  expect([...apart.keys()].sort()).toEqual(Object.keys(run.variables).sort());
  return apart;
}

const worst = (values: Iterable<number>) => Math.max(...values);
const worstLoss = (found: Trained, run: TrainingRun) =>
  worst(found.losses.map((loss, step) => Math.abs(loss - (run.losses[step] as number))));

/** Of losses; and of variables, whose float32 loses as much. */
const tolerance = 1e-4;

describe('ten steps of SGD are those of PyTorch, on Wasm', () => {
  beforeAll(async () => {
    await register();
  });

  it.each(golden.runs)('weight decay $weightDecay', async (run) => {
    const before = tf.memory().numTensors;
    const found = await trained(run, decayed(run.weightDecay));
    expect(worstLoss(found, run)).toBeLessThanOrEqual(tolerance);
    expect(worst(found.apart.values())).toBeLessThanOrEqual(tolerance);
    expect(tf.memory().numTensors).toBe(before);
  });

  const run = golden.runs.at(-1) as TrainingRun;
  it.each([
    ['half the decay', [{ match: {}, l2: run.weightDecay / 4 }]],
    ['a decay of kernels alone', [{ match: { role: 'kernel' }, l2: run.weightDecay / 2 }]],
  ] as const)('and not with %s', async (_what, groups) => {
    const found = await trained(run, groups);
    expect(worstLoss(found, run)).toBeGreaterThan(tolerance);
  });
});
