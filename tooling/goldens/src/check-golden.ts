import {
  countParameters,
  createNetwork,
  differentiate,
  disposeTensors,
  disposeTrainingPass,
  disposeVariables,
  forward,
  multiplyAdds,
  type Network,
  parameters,
  type TensorMap,
  type Variables,
} from '@resnetjs/core';
import { softmaxCrossEntropy, updateStatistics } from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, checkEqual, checkRelative, checkTensors, relativeL2 } from './checks.js';
import type { Golden, ImageShape } from './golden.js';
import { goldenNetwork, sampledName } from './golden-network.js';
import { keysOf } from './keys.js';
import { sampleImages, sampleLabels } from './sampling.js';
import { sampleVariables } from './variables.js';

/** Logits in inference may be this far from the source's, relative L2. */
const inferenceTolerance = 1e-4;

/** Builds a golden's network for images of a size. */
export type BuildNetwork = (golden: Golden, input: Network['input']) => Network;

/**
 * Compares a network with its golden on the current backend: counts, logits at each size, and a training step. Throws what the
 * network throws.
 *
 * @param build what makes the network; the tests give one with a defect
 */
export async function checkGolden(
  golden: Golden,
  build: BuildNetwork = goldenNetwork,
): Promise<readonly Check[]> {
  const [, ...input] = golden.training.images;
  const network = build(golden, input);
  const variables = sampleVariables(network, sampledName(golden));
  try {
    return [
      ...checkCounts(golden),
      ...(await checkInference(golden, build, variables)),
      ...(await checkTraining(golden, network, variables)),
    ];
  } finally {
    disposeVariables(variables);
  }
}

function checkCounts({ network: name, counted }: Golden): readonly Check[] {
  if (counted === undefined) return [];
  const network = createNetwork(name, { input: counted.input, classes: counted.classes });
  const { total, trainable } = countParameters(network);
  return [
    checkEqual('weights', trainable, counted.weights),
    checkEqual('parameters', total, counted.parameters),
    checkEqual('multiply-adds', multiplyAdds(network), counted.multiplyAdds),
  ];
}

async function checkInference(
  golden: Golden,
  build: BuildNetwork,
  variables: Variables,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const { images: shape, logits } of golden.inference) {
    const [, ...input] = shape;
    const images = imageTensor(golden, shape);
    const result = forward(build(golden, input), variables, images);
    const apart = relativeL2(await result.data(), logits.flat());
    checks.push(checkRelative(`inference, ${input[0]}×${input[1]}`, apart, inferenceTolerance));
    tf.dispose([images, result]);
  }
  return checks;
}

/**
 * The floor of the logits is that of the loss and the statistics, too. The loss's own may be small by chance; and PyTorch sums the
 * statistics in float64, so that theirs leaves out what float32 loses.
 */
async function checkTraining(
  golden: Golden,
  network: Network,
  variables: Variables,
): Promise<readonly Check[]> {
  const { images: shape, floors, ...expected } = golden.training;
  const images = imageTensor(golden, shape);
  const labels = tf.tensor1d(sampleLabels(shape[0], golden.classes), 'int32');
  const losses: tf.Tensor[] = [];
  const pass = differentiate(network, variables, images, (logits) => {
    const { loss, correct, gradient } = softmaxCrossEntropy(logits as tf.Tensor2D, labels);
    losses.push(tf.keep(loss));
    correct.dispose();
    return gradient;
  });
  const statistics = updateStatistics(network, variables.statistics, pass);
  try {
    const [loss] = await (losses[0] as tf.Tensor).data();
    const logits = relativeL2(await pass.result.data(), expected.logits.flat());
    const gradients = await byKey(network, pass.gradients.weights);
    const updated = await byKey(network, statistics);
    const name = sampledName(golden);
    const worstFloor = Math.max(...Object.values(expected.gradients).map(([, , , floor]) => floor));
    return [
      checkRelative('training, logits', logits, 4 * floors.logits),
      checkRelative('loss', Math.abs((loss as number) - expected.loss) / expected.loss, 4 * floors.logits),
      ...checkTensors('gradients', name, gradients, expected.gradients, floors.gradients),
      ...checkTensors('running statistics', name, updated, expected.statistics, floors.logits),
      ...Object.entries(expected.values ?? {}).map(([key, values]) =>
        checkRelative(
          `gradient ${key}`,
          relativeL2(gradients.get(key) ?? [], values, sizeOfGradient(key, expected.values ?? {})),
          4 * worstFloor,
        ),
      ),
    ];
  } finally {
    tf.dispose([images, labels, ...losses]);
    disposeTensors(statistics);
    disposeTrainingPass(pass);
  }
}

/** What a gradient's error is relative to: a bias before a normalization has a gradient of 0, and its kernel's counts. */
function sizeOfGradient(key: string, all: Readonly<Record<string, readonly number[]>>): number {
  const norm = (each: string) => Math.hypot(...(all[each] ?? []));
  return Math.max(norm(key), key.endsWith('.bias') ? norm(key.replace(/bias$/, 'kernel')) : 0);
}

function imageTensor(golden: Golden, shape: ImageShape): tf.Tensor4D {
  return tf.tensor4d(sampleImages(sampledName(golden), shape), [...shape]);
}

/** The values of tensors, by key. */
async function byKey(network: Network, tensors: TensorMap): Promise<ReadonlyMap<string, Float32Array>> {
  const keys = keysOf(network);
  const values = new Map<string, Float32Array>();
  for (const { id } of parameters(network)) {
    const tensor = tensors.get(id);
    if (tensor !== undefined) {
      values.set(keys.get(id)?.key as string, (await tensor.data()) as Float32Array);
    }
  }
  return values;
}
