import { computed, signal } from '@preact/signals';
import type { SavedTraining } from '../../storage/records.js';
import type { ModelFacts, Variant, NetworkConfig, RecipeChoice } from '../../worker/protocol.js';

/** The values of the form. */
export interface Setup {
  readonly data: 'signs' | 'own';
  /** Whether a new network learns, or the last layer of one that has learned already: the page's model. */
  readonly start: 'new' | 'trained';
  /** How many images to generate, if they are generated. */
  readonly count: number;
  /** Height and width of the images, in pixels. */
  readonly size: number;
  readonly network: NetworkConfig;
  /** Whether the same network without shortcuts is trained beside it. */
  readonly twin: boolean;
  readonly recipe: RecipeChoice;
}

export interface Experiment {
  readonly title: string;
  readonly description: string;
  readonly setup: Setup;
}

const recipe = { batchSize: 16, schedule: 'constant', seed: 0 } as const;
const ofSigns = { data: 'signs', start: 'new' } as const;

/** Experiments, each of a minute or two on two cores. */
export const experiments = {
  learn: {
    title: 'Learn to count fingers',
    description: 'A small residual network, until it recognizes nine of ten hands that it has never seen.',
    setup: {
      ...ofSigns,
      count: 3000,
      size: 24,
      network: { name: 'preact/resnet', blocks: 3, normalized: true },
      twin: false,
      recipe: { ...recipe, epochs: 5, learningRate: 3e-3, schedule: 'cosine' },
    },
  },
  vanish: {
    title: 'See the gradient vanish',
    description:
      'Deep, without normalization, as in 2014: with shortcuts and without. After 400 steps only one learns.',
    setup: {
      ...ofSigns,
      count: 3000,
      size: 20,
      network: { name: 'preact/resnet', blocks: 12, normalized: false },
      twin: true,
      recipe: { ...recipe, epochs: 4, learningRate: 1e-4 },
    },
  },
  degrade: {
    title: 'Depth alone does not help',
    description:
      'The same two, with batch normalization: nothing vanishes any more, yet the plain one still lags.',
    setup: {
      ...ofSigns,
      count: 1500,
      size: 20,
      network: { name: 'preact/resnet', blocks: 12, normalized: true },
      twin: true,
      recipe: { ...recipe, epochs: 3, learningRate: 3e-3 },
    },
  },
  own: {
    title: 'Teach it your own pictures',
    description:
      'A network that others have trained learns your classes in a minute: twenty pictures of each are enough.',
    setup: {
      data: 'own',
      start: 'trained',
      count: 3000,
      size: 224,
      network: { name: 'preact/resnet', blocks: 3, normalized: true },
      twin: false,
      recipe: { ...recipe, epochs: 30, learningRate: 1e-3, schedule: 'cosine' },
    },
  },
} as const satisfies Record<string, Experiment>;

/** Signs that no network trains on: it is checked with them. */
export const unseenSigns = 600;

export type ExperimentName = keyof typeof experiments;

export const setup = signal<Setup>(experiments.learn.setup);
/** The experiment that filled in the form; null once the form was changed. */
export const experiment = signal<ExperimentName | null>('learn');

export function choose(name: ExperimentName): void {
  setup.value = experiments[name].setup;
  fittedTo = null;
  experiment.value = name;
}

export function change(part: Partial<Setup>): void {
  setup.value = { ...setup.value, ...part };
  experiment.value = null;
}

/** Changes what a training starts from, with what suits it. */
export function startFrom(start: Setup['start']): void {
  const { size, recipe: suited } = experiments[start === 'new' ? 'learn' : 'own'].setup;
  fittedTo = null;
  change({ start, size, recipe: suited });
}

/** The model that the form's size and learning rate were made for. */
let fittedTo: ModelFacts | null = null;

/**
 * Fills in what suits a model whose last layer is to learn, once for each model: its own size, and a learning rate by how many
 * features there are, as Adam moves the weight of each as far. Measured on photographs of flowers: 64 features want more than 0.003.
 */
export function fitToModel(facts: ModelFacts): void {
  if (fittedTo === facts) return;
  fittedTo = facts;
  const learningRate = (facts.features ?? 0) < 256 ? 1e-2 : 1e-3;
  const [height, width] = facts.size;
  const { recipe } = setup.value;
  setup.value = { ...setup.value, size: Math.max(height, width), recipe: { ...recipe, learningRate } };
}

/** The trained weights of a training that was resumed: the browser kept them with it. */
export const keptStart = signal<string | null>(null);
/** The visitor's images of a training that was resumed: the browser kept them, so the form has none. */
export const keptImages = signal<{ readonly classes: readonly string[]; readonly count: number } | null>(
  null,
);

/** Fills in the form with a training that is resumed. */
export function showSaved({ data, network, from, variants: saved, recipe: chosen }: SavedTraining): void {
  const { count } = data.kind === 'signs' ? data : setup.value;
  keptImages.value = data.kind === 'own' ? { classes: data.classes, count: data.labels.length } : null;
  keptStart.value = from?.network ?? null;
  change({
    ...{ data: data.kind, size: data.size, count, network, recipe: chosen },
    start: from ? 'trained' : 'new',
    twin: saved.includes('plain'),
  });
  experiment.value = from && data.kind === 'own' ? 'own' : experimentOf(setup.value);
}

/** The experiment that the form's values are those of; null if there is none. */
function experimentOf(values: Setup): ExperimentName | null {
  const names = Object.keys(experiments) as ExperimentName[];
  return names.find((name) => isEqual(experiments[name].setup, values)) ?? null;
}

function isEqual(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) {
    return one === other;
  }
  const [a, b] = [Object.entries(one), other as Readonly<Record<string, unknown>>];
  return a.length === Object.keys(b).length && a.every(([key, value]) => isEqual(value, b[key]));
}

export const variants = computed<readonly Variant[]>(() =>
  setup.value.twin && setup.value.start === 'new' ? ['residual', 'plain'] : ['residual'],
);

/** Layers with weights: the stem's, three a block, and the last. */
export const depth = computed(() => {
  const { name, blocks } = setup.value.network;
  return name === 'course/resnet50' ? 50 : 3 * blocks + 2;
});
