import {
  createNetwork,
  disposeVariables,
  foldBatchNorm,
  forward,
  initialize,
  type Network,
  type NetworkName,
  ResNetError,
  unitRange,
} from '@resnetjs/core';
import { adam } from '@resnetjs/recipe';
import { train } from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';

export interface SpeedWorkload {
  readonly network: NetworkName;
  readonly task: 'inference' | 'training';
  /** Height and width of the images. */
  readonly size: number;
  readonly batchSize: number;
  readonly classes: number;
}

/** What is measured on every device, so that devices can be compared: one image at a time, and the steps of a training. */
export const speedWorkloads: readonly SpeedWorkload[] = [
  { network: 'resnet18', task: 'inference', size: 224, batchSize: 1, classes: 1000 },
  { network: 'resnet50', task: 'inference', size: 224, batchSize: 1, classes: 1000 },
  { network: 'course/resnet50', task: 'training', size: 64, batchSize: 32, classes: 6 },
];

/** Milliseconds: of the first run, which allocates, plans and compiles, and of those after it. */
export interface SpeedReading {
  readonly first: number;
  readonly rounds: readonly number[];
  readonly median: number;
}

export interface MeasureSpeedOptions {
  /** Runs after the first two, of which neither is counted. Default: 5. */
  readonly rounds?: number;
  /** Is called after each run. */
  readonly onRun?: (done: number, of: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Times a workload on the current backend, with generated weights and images: inference of the folded network until its logits
 * are read, or a training step with Adam. Throws `bad-option` for no rounds, and the signal's reason if it is aborted.
 *
 * @example
 * for (const workload of speedWorkloads) console.log(workload.network, (await measureSpeed(workload)).median);
 */
export async function measureSpeed(
  workload: SpeedWorkload,
  { rounds = 5, onRun, signal }: MeasureSpeedOptions = {},
): Promise<SpeedReading> {
  if (!(Number.isInteger(rounds) && rounds > 0)) {
    throw new ResNetError('bad-option', `rounds: expected a positive integer, got ${rounds}.`, { rounds });
  }
  const { size, classes, batchSize, task } = workload;
  const network = createNetwork(workload.network, { input: [size, size, 3], classes });
  const subject =
    task === 'inference' ? inference(network, batchSize) : training(network, batchSize, classes);
  const unmeasured = 2; // a filter is prepared when it comes the second time
  const times: number[] = [];
  try {
    for (let run = 0; run < unmeasured + rounds; run++) {
      signal?.throwIfAborted();
      const start = performance.now();
      await subject.run();
      times.push(performance.now() - start);
      onRun?.(run + 1, unmeasured + rounds);
    }
  } finally {
    await subject.end();
  }
  const counted = times.slice(unmeasured);
  return { first: times[0] as number, rounds: counted, median: medianOf(counted) };
}

interface Subject {
  run(): Promise<void>;
  end(): Promise<void>;
}

function inference(network: Network, batchSize: number): Subject {
  const folded = foldBatchNorm({ network, variables: initialize(network) }, { dispose: true });
  const images = tf.tidy(() => tf.randomUniform([batchSize, ...network.input], 0, 1, 'float32', 0));
  return {
    async run() {
      const logits = forward(folded.network, folded.variables, images);
      await logits.data();
      logits.dispose();
    },
    async end() {
      images.dispose();
      disposeVariables(folded.variables);
    },
  };
}

function training(network: Network, batchSize: number, count: number): Subject {
  const classes = Array.from({ length: count }, (_, index) => String(index));
  const classifier = { network, variables: initialize(network), classes, preprocessing: unitRange() };
  const images = Uint8Array.from(
    { length: batchSize * network.input.reduce((a, b) => a * b) },
    (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 24,
  );
  const data = {
    ...{ classes, shape: network.input },
    labels: Uint16Array.from({ length: batchSize }, (_, index) => index % count),
    read: async () => images,
  };
  const recipe = { epochs: 2 ** 30, batchSize, optimizer: adam(), statistics: 'running' } as const;
  const session = train(classifier, data, recipe);
  return {
    async run() {
      for (;;) {
        const { value } = await session.next();
        if (value?.event === 'step') return;
      }
    },
    async end() {
      await session.return(undefined as never);
      disposeVariables(classifier.variables);
    },
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
}
