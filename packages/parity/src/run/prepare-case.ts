import * as tf from '@tensorflow/tfjs-core';
import type { ParityCase } from '../cases/case.js';
import { reproduce } from '../published/reproduce.js';
import { type CaseReport, reportOn } from './case-report.js';
import { orThrown } from './or-thrown.js';
import { preparePass } from './run-pass.js';
import { prepareTrajectory } from './run-trajectory.js';
import { tensorsLeft } from './quantities.js';
import { prepareLoss, prepareUpdate } from './run-update.js';
import type { Comparison } from '../compare.js';

/**
 * Runs a case on the current backend. `precision` is the backend's, in bits, and widens the tolerances. Default: 32.
 * Throws a `BackendError` `device-lost`; whatever else is thrown fails the case.
 */
export type PreparedCase = (options?: { readonly precision?: 16 | 32 }) => Promise<CaseReport>;

interface Found {
  readonly comparisons: readonly Comparison[];
  readonly differsAt?: string | null;
}

/**
 * Computes a case in float64, once for all backends; the function that it returns runs the case on the current backend,
 * with its optional kernels and without, and compares.
 *
 * @example
 * ```ts
 * const { name, precision } = await register();
 * for (const each of parityCases('quick')) {
 *   const { passed, failures } = await prepareCase(each)({ precision });
 *   if (!passed) console.log(name, each.name, failures);
 * }
 * ```
 */
export function prepareCase(each: ParityCase): PreparedCase {
  const run = prepare(each);
  return async ({ precision = 32 } = {}) => {
    const start = Date.now();
    let differsAt: string | null = null;
    const comparisons = await orThrown('the case', async () => {
      const found = await run(precision);
      differsAt = found.differsAt ?? null;
      return found.comparisons;
    });
    return reportOn(each, comparisons, { differsAt, seconds: (Date.now() - start) / 1000 });
  };
}

function prepare(each: ParityCase): (precision: 16 | 32) => Promise<Found> {
  switch (each.kind) {
    case 'published':
      return async () => {
        const before = tf.memory().numTensors;
        return {
          comparisons: [await reproduce(each.published), tensorsLeft('live tensors at the end', before)],
        };
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
