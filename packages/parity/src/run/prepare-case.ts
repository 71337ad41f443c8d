import * as tf from '@tensorflow/tfjs-core';
import type { ParityCase } from '../cases/case.js';
import { reproduce } from '../reproduce.js';
import { type CaseReport, reportOn } from './case-report.js';
import { orThrown } from './or-thrown.js';
import { preparePass } from './run-pass.js';
import { prepareTrajectory } from './run-trajectory.js';
import { still } from './quantities.js';
import { prepareLoss, prepareUpdate } from './run-update.js';
import type { Verdict } from '../verdict.js';

/** Runs a case on the current backend, which computes in so many bits. */
export type PreparedCase = (options?: { readonly precision?: 16 | 32 }) => Promise<CaseReport>;

interface Found {
  readonly verdicts: readonly Verdict[];
  readonly departsAt?: string | null;
}

/** Computes a case's truth, once for all backends; the result runs it on whichever is current. */
export function prepareCase(each: ParityCase): PreparedCase {
  const run = prepare(each);
  return async ({ precision = 32 } = {}) => {
    const start = Date.now();
    let departsAt: string | null = null;
    const verdicts = await orThrown('the case', async () => {
      const found = await run(precision);
      departsAt = found.departsAt ?? null;
      return found.verdicts;
    });
    return reportOn(each, verdicts, { departsAt, seconds: (Date.now() - start) / 1000 });
  };
}

function prepare(each: ParityCase): (precision: 16 | 32) => Promise<Found> {
  switch (each.kind) {
    case 'published':
      return async () => {
        const before = tf.memory().numTensors;
        return { verdicts: [await reproduce(each.published), still('live tensors in the end', before)] };
      };
    case 'pass':
      return preparePass(each);
    case 'update':
      return prepareUpdate(each);
    case 'loss':
      return prepareLoss(each);
    case 'trajectory':
      return prepareTrajectory(each);
    default:
      return each satisfies never;
  }
}
