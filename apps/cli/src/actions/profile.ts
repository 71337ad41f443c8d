import {
  differentiate,
  disposeTrainingPass,
  disposeVariables,
  forward,
  initialize,
  type Instruction,
  isWeighted,
  type Network,
  type Observer,
  ResNetError,
  shapes,
  nodeMultiplyAdds,
  type Variables,
  walk,
} from '@resnetjs/core';
import { adam, type OptimizerState, parameterSettings } from '@resnetjs/recipe';
import {
  disposeOptimizerState,
  initialOptimizerState,
  softmaxCrossEntropy,
  applyGradients,
  updateStatistics,
} from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../backends/start-backend.js';
import { printJson } from '../json/print-json.js';
import { asNetworkName, buildNetwork } from '../networks/build-network.js';
import type { ProfileCommandOptions } from '../options/command-options.js';
import { plural, size } from '../terminal/format.js';
import { columnsOf } from '../terminal/wrapped.js';
import { describe, format, gigaflops, medianRun, type Run, type Spent } from '../terminal/profile.js';

/** Measures where a network's time goes, and prints it by kind of layer. */
export async function profile(name: string, options: ProfileCommandOptions): Promise<void> {
  const { inputShape, classes, batchSize, mode, rounds } = options;
  const network = buildNetwork(asNetworkName(name), options, {
    ...(inputShape ? { input: inputShape } : {}),
    ...(classes === undefined ? {} : { classes }),
  });
  checkFits(network, batchSize);
  const { threads } = await startBackend('wasm', options);
  const before = measurePeak();
  const variables = initialize(network);
  const images = tf.randomUniform([batchSize, ...network.input], 0, 1, 'float32', 0);
  const state = initialOptimizerState(adam(), variables.weights);
  const subject = { network, variables, images, state };
  const runOnce = mode === 'training' ? trainingStep : inference;
  const runs: Run[] = [];
  for (let round = -1; round < rounds; round++) {
    const run: Run = { kinds: new Map(), totalMs: 0 };
    const start = performance.now();
    runOnce(subject, run);
    run.totalMs = performance.now() - start;
    if (round >= 0) runs.push(run);
  }
  disposeVariables(variables);
  disposeOptimizerState(state);
  images.dispose();

  const peak = Math.max(before, measurePeak());
  const report = describe(medianRun(runs), peak);
  const heading = {
    ...{ network: network.name, inputShape: network.input, batchSize, mode, threads, rounds },
    peakGflops: peak,
  };
  if (options.json) return printJson('profile', { ...heading, ...report });
  const text =
    `${network.name}, ${network.input.join('×')}, batch ${batchSize}, ${mode}, ${plural(threads, 'thread')}\n` +
    `Peak: ${peak.toFixed(1)} GFLOP/s, in a product of two 1024×1024 matrices\n\n${format(report, columnsOf(process.stdout))}`;
  process.stdout.write(`${text}\n`);
}

/** Checks the images alone; whether the activations fit, the backend finds out. */
function checkFits({ input }: Network, batchSize: number): void {
  const bytes = 4 * batchSize * input.reduce((a, b) => a * b);
  if (bytes < 2 ** 32) return;
  throw new ResNetError(
    'bad-option',
    `A batch of ${batchSize} images of ${input.join('×')} takes ${size(bytes)}, more than the 4 GiB of the Wasm heap. Give a smaller --batch-size or --input-shape.`,
  );
}

/** What every run computes with. */
interface Subject {
  readonly network: Network;
  readonly variables: Variables;
  readonly images: tf.Tensor;
  /** Of the optimizer. */
  readonly state: OptimizerState;
}

function inference({ network, variables, images }: Subject, run: Run): void {
  forward(network, variables, images, { observe: stopwatch(network, images, run) }).dispose();
}

/** One training step, whose results are disposed of, so that every run starts from the same weights. */
function trainingStep({ network, variables, images, state }: Subject, run: Run): void {
  const settings = parameterSettings(network, []);
  const optimizer = adam();
  const count = images.shape[0] as number;
  const timed = <Result>(kind: string, direction: 'forwardMs' | 'backwardMs', act: () => Result): Result => {
    const start = performance.now();
    const result = act();
    spentOn(run, kind)[direction] += performance.now() - start;
    return result;
  };
  const pass = differentiate(
    network,
    variables,
    images,
    (logits) =>
      timed('loss', 'forwardMs', () => {
        const classes = logits.shape[1] as number;
        const labels = tf.tensor1d(
          Int32Array.from({ length: count }, (_, index) => index % classes),
          'int32',
        );
        return softmaxCrossEntropy(logits as tf.Tensor2D, labels).gradient;
      }),
    { observe: stopwatch(network, images, run) },
  );
  const statistics = timed('running statistics', 'backwardMs', () => {
    const before = variables.statistics;
    return updateStatistics(network, before, pass);
  });
  const updated = timed('optimizer', 'backwardMs', () =>
    applyGradients(optimizer, settings, variables.weights, pass.gradients.weights, state),
  );
  disposeTrainingPass(pass);
  disposeVariables({ weights: updated.weights, statistics });
  disposeOptimizerState(updated.state);
}

/** Wasm kernels are synchronous, so timing each instruction is exact. */
function stopwatch(network: Network, images: tf.Tensor, run: Run): Observer {
  const nodes = walk(network);
  const indices = new Map(nodes.map((node, index) => [node, index]));
  const multiplyAdds = nodeMultiplyAdds(network);
  /** The first layer with weights: the gradient of its input is not needed. */
  const first = nodes.findIndex(({ op }) => isWeighted(op.op));
  const maps = shapes(network);
  const count = images.shape[0] as number;
  return (instruction, direction, act) => {
    const index = indices.get(instruction.convolution ?? instruction.node) as number;
    const work = count * (multiplyAdds[index] as number);
    const spent = spentOn(run, kindOf(instruction, maps[index] as readonly number[]));
    const start = performance.now();
    const result = act();
    const time = performance.now() - start;
    if (direction === 'forward') {
      spent.forwardMs += time;
      spent.forwardMultiplyAdds += work;
    } else {
      spent.backwardMs += time;
      spent.backwardMultiplyAdds += index === first ? work : 2 * work;
    }
    return result;
  };
}

function kindOf({ node: { op } }: Instruction, map: readonly number[]): string {
  switch (op.op) {
    case 'conv': {
      const stride = op.strides[0] === 1 ? '' : ` /${op.strides[0]}`;
      const groups = op.groups === 1 ? '' : ` in ${op.groups} groups`;
      const dilation = op.dilations[0] === 1 ? '' : ` dilated ${op.dilations[0]}`;
      return `conv ${op.kernelSize.join('×')}${stride}${groups}${dilation} to ${map[0]}×${map[1]}`;
    }
    case 'norm':
      return 'normalization';
    case 'add':
      return 'addition';
    case 'pool':
      return `${op.mode} pooling`;
    case 'globalPool':
      return 'global pooling';
    case 'act':
      return `${op.activation}, unfused`;
    default:
      return op.op;
  }
}

function spentOn({ kinds }: Run, kind: string): Spent {
  const known = kinds.get(kind);
  if (known !== undefined) return known;
  const spent = { forwardMs: 0, backwardMs: 0, forwardMultiplyAdds: 0, backwardMultiplyAdds: 0 };
  kinds.set(kind, spent);
  return spent;
}

/** GFLOP/s of a product of two 1024×1024 matrices, as a 1×1 convolution on the same kernels and threads; the best of 20. */
function measurePeak(): number {
  return tf.tidy(() => {
    const x = tf.randomUniform<tf.Rank.R4>([1, 32, 32, 1024]);
    const kernel = tf.randomUniform<tf.Rank.R4>([1, 1, 1024, 1024]);
    const times = Array.from({ length: 21 }, () => {
      const start = performance.now();
      tf.conv2d(x, kernel, 1, 'same').dispose();
      return performance.now() - start;
    });
    return gigaflops(1024 ** 3, Math.min(...times.slice(1)));
  });
}
