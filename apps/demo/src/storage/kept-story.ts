import type { Lane } from '../worker/protocol.js';

export const figures = ['loss', 'accuracy', 'validation'] as const;
export type Figure = (typeof figures)[number];
type ByLaneAndFigure<Curve> = Readonly<Record<Lane, Readonly<Record<Figure, Curve>>>>;

/** A figure by step, as columns: the page copies those of a million steps in an instant, but not a million objects. */
export interface KeptCurve {
  readonly steps: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}
/** What the charts showed. */
export type KeptStory = ByLaneAndFigure<KeptCurve>;

interface GrowingCurve {
  readonly steps: number[];
  readonly values: number[];
}

/** Notes what the charts show, step by step, on top of what an earlier visit kept. */
export class StoryNotes {
  readonly #curves: ByLaneAndFigure<GrowingCurve>;

  constructor(kept?: KeptStory) {
    this.#curves = forEachCurve((lane, figure) => ({
      steps: [...(kept?.[lane][figure].steps ?? [])],
      values: [...(kept?.[lane][figure].values ?? [])],
    }));
  }

  note(lane: Lane, step: number, told: Partial<Readonly<Record<Figure, number>>>): void {
    for (const figure of figures) {
      const value = told[figure];
      if (value === undefined) continue;
      this.#curves[lane][figure].steps.push(step);
      this.#curves[lane][figure].values.push(value);
    }
  }

  keep(): KeptStory {
    return forEachCurve((lane, figure) => {
      const { steps, values } = this.#curves[lane][figure];
      return { steps: Float64Array.from(steps), values: Float64Array.from(values) };
    });
  }
}

function forEachCurve<Curve>(make: (lane: Lane, figure: Figure) => Curve): ByLaneAndFigure<Curve> {
  const of = (lane: Lane) => ({
    loss: make(lane, 'loss'),
    accuracy: make(lane, 'accuracy'),
    validation: make(lane, 'validation'),
  });
  return { residual: of('residual'), plain: of('plain') };
}
