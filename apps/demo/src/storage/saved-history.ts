import type { Variant } from '../worker/protocol.js';

export const metrics = ['loss', 'accuracy', 'validation'] as const;
export type Metric = (typeof metrics)[number];
type ByVariantAndMetric<Curve> = Readonly<Record<Variant, Readonly<Record<Metric, Curve>>>>;

/** A metric by step, as columns: the page copies those of a million steps in an instant, but not a million objects. */
export interface SavedCurve {
  readonly steps: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}
/** The curves of the charts. */
export type SavedHistory = ByVariantAndMetric<SavedCurve>;

interface GrowingCurve {
  readonly steps: number[];
  readonly values: number[];
}

/** Records the curves of the charts step by step, after those that an earlier visit saved. */
export class HistoryRecorder {
  readonly #curves: ByVariantAndMetric<GrowingCurve>;

  constructor(saved?: SavedHistory) {
    this.#curves = forEachCurve((variant, metric) => ({
      steps: [...(saved?.[variant][metric].steps ?? [])],
      values: [...(saved?.[variant][metric].values ?? [])],
    }));
  }

  record(variant: Variant, step: number, measured: Partial<Readonly<Record<Metric, number>>>): void {
    for (const metric of metrics) {
      const value = measured[metric];
      if (value === undefined) continue;
      this.#curves[variant][metric].steps.push(step);
      this.#curves[variant][metric].values.push(value);
    }
  }

  snapshot(): SavedHistory {
    return forEachCurve((variant, metric) => {
      const { steps, values } = this.#curves[variant][metric];
      return { steps: Float64Array.from(steps), values: Float64Array.from(values) };
    });
  }
}

function forEachCurve<Curve>(make: (variant: Variant, metric: Metric) => Curve): ByVariantAndMetric<Curve> {
  const of = (variant: Variant) => ({
    loss: make(variant, 'loss'),
    accuracy: make(variant, 'accuracy'),
    validation: make(variant, 'validation'),
  });
  return { residual: of('residual'), plain: of('plain') };
}
