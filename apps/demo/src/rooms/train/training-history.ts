import { signal } from '@preact/signals';
import { metrics, type SavedHistory } from '../../storage/saved-history.js';
import type { GradientNorms, Variant, TrainingEvent } from '../../worker/protocol.js';

/** A metric by step, in order. */
export interface Curve {
  readonly steps: number[];
  readonly values: number[];
  /** Its exponential mean, over about twenty steps. */
  readonly smoothed: number[];
}

/** Of the exponential mean: the share of the old mean that each step keeps. */
const decay = 0.95;

export interface VariantHistory {
  readonly loss: Curve;
  readonly accuracy: Curve;
  /** The accuracy on the validation images, after each epoch. */
  readonly validation: Curve;
  /** The newest gradient norms. */
  gradients: GradientNorms | null;
  /** [true class][predicted class]: how often. */
  confusion: readonly (readonly number[])[] | null;
  /** Why its training ended early; null if it didn't. */
  diverged: string | null;
}

const curve = (): Curve => ({ steps: [], values: [], smoothed: [] });
const emptyHistory = (): VariantHistory => ({
  loss: curve(),
  accuracy: curve(),
  validation: curve(),
  gradients: null,
  confusion: null,
  diverged: null,
});

/** What the charts show. The arrays grow in place, so components that read them subscribe to `historyVersion`. */
export const trainingHistory: Record<Variant, VariantHistory> = {
  residual: emptyHistory(),
  plain: emptyHistory(),
};
/** Counts the changes of `trainingHistory`, a few times a second at most. */
export const historyVersion = signal(0);

const millisecondsBetween = 150;
let isScheduled = false;

/** Re-renders a few times a second, however fast the worker is, and with a frame: charts are the page's largest cost. */
function announceChange(): void {
  if (isScheduled) return;
  isScheduled = true;
  setTimeout(
    () =>
      requestAnimationFrame(() => {
        isScheduled = false;
        historyVersion.value++;
      }),
    millisecondsBetween,
  );
}

/** The best validation accuracy, and the step after which it was reached first; null if there was no validation. */
export function bestAccuracy(name: Variant): { readonly step: number; readonly accuracy: number } | null {
  const { steps, values } = trainingHistory[name].validation;
  if (values.length === 0) return null;
  const accuracy = Math.max(...values);
  return { step: steps[values.indexOf(accuracy)] as number, accuracy };
}

export function beginHistory(saved?: SavedHistory): void {
  for (const name of ['residual', 'plain'] as const) {
    trainingHistory[name] = emptyHistory();
    for (const metric of metrics) {
      const before = saved?.[name][metric];
      before?.steps.forEach((step, i) => {
        add(trainingHistory[name][metric], step, before.values[i] as number);
      });
    }
  }
  announceChange();
}

function add({ steps, values, smoothed }: Curve, step: number, value: number): void {
  const count = values.length;
  // Weights that add up to 1, also at the start (as Adam's bias correction).
  const share = (1 - decay) / (1 - decay ** (count + 1));
  const before = smoothed[count - 1] ?? value;
  steps.push(step);
  values.push(value);
  smoothed.push(before + share * (value - before));
}

export function recordEvent(event: TrainingEvent): void {
  switch (event.event) {
    case 'step': {
      const each = trainingHistory[event.variant];
      add(each.loss, event.step, event.loss);
      add(each.accuracy, event.step, event.accuracy);
      break;
    }
    case 'gradients': {
      const { variant: name, step, depths, norms } = event;
      trainingHistory[name].gradients = { variant: name, step, depths, norms };
      break;
    }
    case 'validation': {
      const each = trainingHistory[event.variant];
      add(each.validation, event.step, event.accuracy);
      each.confusion = event.confusion;
      break;
    }
    case 'diverged':
      trainingHistory[event.variant].diverged = event.message;
      break;
    default:
      return;
  }
  announceChange();
}

/** The curves as CSV, for spreadsheets. */
export function historyAsCsv(): string {
  const rows = ['variant,step,loss,accuracy,validation_accuracy'];
  for (const name of ['residual', 'plain'] as const) {
    const { loss, accuracy, validation } = trainingHistory[name];
    const validated = new Map(validation.steps.map((step, i) => [step, validation.values[i]]));
    loss.steps.forEach((step, i) => {
      rows.push([name, step, loss.values[i], accuracy.values[i], validated.get(step) ?? ''].join(','));
    });
  }
  return `${rows.join('\n')}\n`;
}
