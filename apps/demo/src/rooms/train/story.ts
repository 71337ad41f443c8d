import { signal } from '@preact/signals';
import { figures, type KeptStory } from '../../storage/kept-story.js';
import type { GradientNorms, Lane, TrainingEvent } from '../../worker/protocol.js';

/** A figure by step, in order. */
export interface Curve {
  readonly steps: number[];
  readonly values: number[];
  /** Its mean over about twenty steps. */
  readonly smoothed: number[];
}

/** Of an exponential mean, the share that each step keeps of what was before. */
const keep = 0.95;

export interface LaneStory {
  readonly loss: Curve;
  readonly accuracy: Curve;
  /** On images that it never saw, after each epoch. */
  readonly validation: Curve;
  /** The newest look at the gradients. */
  gradients: GradientNorms | null;
  /** By true class, how often each class was answered. */
  confusion: readonly (readonly number[])[] | null;
  /** Why its training ended early. */
  diverged: string | null;
}

const curve = (): Curve => ({ steps: [], values: [], smoothed: [] });
const lane = (): LaneStory => ({
  loss: curve(),
  accuracy: curve(),
  validation: curve(),
  gradients: null,
  confusion: null,
  diverged: null,
});

/** What the charts show. The arrays grow in place; `told` counts, a few times a second, how often they did. */
export const story: Record<Lane, LaneStory> = { residual: lane(), plain: lane() };
export const told = signal(0);

const millisecondsBetween = 150;
let waiting = false;

/** A few times a second, and then with a frame, however fast the worker is: charts are what costs the page most. */
function retell(): void {
  if (waiting) return;
  waiting = true;
  setTimeout(
    () =>
      requestAnimationFrame(() => {
        waiting = false;
        told.value++;
      }),
    millisecondsBetween,
  );
}

/** The share of unseen images that the model named right, when it was judged last. */
export function lastAccuracy(name: Lane): number | undefined {
  return story[name].validation.values.at(-1);
}

export function beginStory(kept?: KeptStory): void {
  for (const name of ['residual', 'plain'] as const) {
    story[name] = lane();
    for (const figure of figures) {
      const before = kept?.[name][figure];
      before?.steps.forEach((step, i) => {
        add(story[name][figure], step, before.values[i] as number);
      });
    }
  }
  retell();
}

function add({ steps, values, smoothed }: Curve, step: number, value: number): void {
  const count = values.length;
  // The weights of what there is add up to 1, also at the start.
  const share = (1 - keep) / (1 - keep ** (count + 1));
  const before = smoothed[count - 1] ?? value;
  steps.push(step);
  values.push(value);
  smoothed.push(before + share * (value - before));
}

export function tellStory(event: TrainingEvent): void {
  switch (event.event) {
    case 'step': {
      const each = story[event.lane];
      add(each.loss, event.step, event.loss);
      add(each.accuracy, event.step, event.accuracy);
      break;
    }
    case 'gradients': {
      const { lane: name, step, depths, norms } = event;
      story[name].gradients = { lane: name, step, depths, norms };
      break;
    }
    case 'judged': {
      const each = story[event.lane];
      add(each.validation, event.step, event.accuracy);
      each.confusion = event.confusion;
      break;
    }
    case 'diverged':
      story[event.lane].diverged = event.message;
      break;
    default:
      return;
  }
  retell();
}

/** Everything that was told, as a table that spreadsheets read. */
export function storyAsCsv(): string {
  const rows = ['lane,step,loss,accuracy,validation_accuracy'];
  for (const name of ['residual', 'plain'] as const) {
    const { loss, accuracy, validation } = story[name];
    const evaluated = new Map(validation.steps.map((step, i) => [step, validation.values[i]]));
    loss.steps.forEach((step, i) => {
      rows.push([name, step, loss.values[i], accuracy.values[i], evaluated.get(step) ?? ''].join(','));
    });
  }
  return `${rows.join('\n')}\n`;
}
