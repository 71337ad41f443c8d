// The connection to @resnetjs/parity: which cases there are, and how one is run on this worker's backend.

import { createClassifier, disposeVariables, preactResNet, predict } from '@resnetjs/core';
import { syntheticSigns } from '@resnetjs/data';
import {
  measureSpeed as timeWorkload,
  type ParityCase,
  parityCases,
  prepareCase,
  speedWorkloads,
} from '@resnetjs/parity';
import { publishedResults, reproduce } from '@resnetjs/parity/published';
import { train } from '@resnetjs/training';
import { PageError } from './problem.js';
import type { NetworkSpeed, ProofCase, ProofResult, PublishedProof, SpeedResult } from './protocol.js';

/** The cases that are compared with float64; the published numbers have a table of their own. */
const comparedCases: readonly ParityCase[] = parityCases('quick').filter(
  ({ group }) => group !== 'published',
);

/** The cases with their ids, from single operations to a training. */
export function proofCases(): readonly ProofCase[] {
  return comparedCases.map(({ name, group }, id) => ({ id, group, name: name.replace(`${group}: `, '') }));
}

/** Compares a case with float64, on the current backend, which computes with `precision` bits. */
export async function proveCase(id: number, precision: 16 | 32): Promise<ProofResult> {
  const each = comparedCases[id];
  if (each === undefined) throw new PageError('no-case', `There is no case ${id}.`);
  const { passed, worst, failures, seconds } = await prepareCase(each)({ precision });
  return {
    id,
    passed,
    error: worst?.relativeL2 ?? 0,
    allowed: worst?.tolerance.relativeL2 ?? 0,
    failures,
    milliseconds: 1000 * seconds,
  };
}

/** Reproduces what the course's documents printed. */
export async function provePublished(): Promise<readonly PublishedProof[]> {
  const proofs: PublishedProof[] = [];
  for (const published of publishedResults) {
    const { passed, message } = await reproduce(published);
    proofs.push({ source: published.source, call: published.call, passed, message });
  }
  return proofs;
}

export { speedWorkloads };

/** Times one of the networks that every device is compared by. */
export async function measureNetwork(index: number): Promise<NetworkSpeed> {
  const workload = speedWorkloads[index];
  if (workload === undefined) throw new PageError('no-case', `There is no workload ${index}.`);
  return { ...workload, ...(await timeWorkload(workload)) };
}

const warmRuns = 5;

/** How long the pre-activation network takes here: the first time, when kernels are compiled, and after that. */
export async function measureSpeed(): Promise<readonly SpeedResult[]> {
  const size = 32;
  const batch = 16;
  const data = syntheticSigns({ size, count: batch * (warmRuns + 1) });
  const network = preactResNet({ input: [size, size, 3], classes: 6 });
  const classifier = createClassifier(network, { classes: data.classes, seed: 0 });
  try {
    const one = await data.read([0]);
    const inference = await timed(async () => {
      await predict(classifier, one);
    });
    const steps: number[] = [];
    let from = performance.now();
    for await (const event of train(classifier, data, { batchSize: batch, statistics: 'running' })) {
      if (event.event !== 'step') continue;
      steps.push(performance.now() - from);
      from = performance.now();
    }
    return [
      { what: 'Classifying one image', batch: 1, ...inference },
      { what: 'One training step', batch, ...summary(steps) },
    ];
  } finally {
    disposeVariables(classifier.variables);
  }
}

async function timed(work: () => Promise<void>) {
  const times: number[] = [];
  for (let run = 0; run <= warmRuns; run++) {
    const from = performance.now();
    await work();
    times.push(performance.now() - from);
  }
  return summary(times);
}

function summary([cold = 0, ...rest]: readonly number[]) {
  const sorted = [...rest].sort((a, b) => a - b);
  return { cold, warm: sorted[Math.floor(sorted.length / 2)] ?? 0 };
}
