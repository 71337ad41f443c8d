import { type InitializeOptions, initialize, type Variables } from '../compute/variables.js';
import { defaultFitting, type Fitting } from '../images/fitting.js';
import { ResNetError } from '../errors.js';
import type { Network } from '../network/types.js';

/** How an image becomes the network's input: it is resized, and each level x from 0 to 255 becomes (x − mean) / std. */
export interface Preprocessing extends Fitting {
  /** By channel. */
  readonly mean: readonly number[];
  /** By channel. */
  readonly std: readonly number[];
}

/** An image classifier: a network with everything needed to run it, to train it, and to save it. */
export interface Classifier {
  readonly network: Network;
  /** Training replaces them and disposes of the old ones. When done with the classifier, call `disposeVariables`. */
  variables: Variables;
  /** The classes' names, in the order of the network's logits. */
  readonly classes: readonly string[];
  readonly preprocessing: Preprocessing;
}

/** Preprocessing to x / 255, as in the course: each channel in [0, 1], images stretched. */
export function unitRange(channels = 3): Preprocessing {
  return { mean: Array(channels).fill(0), std: Array(channels).fill(255), ...defaultFitting };
}

/** Options of `createClassifier`. */
export interface CreateClassifierOptions extends InitializeOptions {
  /** The classes' names, in the order of the network's logits. */
  readonly classes: readonly string[];
  /** Default: `unitRange()`. */
  readonly preprocessing?: Preprocessing;
}

/**
 * Creates an untrained classifier, with initial values on the current backend. Throws `shape-mismatch` if the network's
 * layers don't fit, and `bad-option` if two classes have the same name.
 *
 * @example
 * const network = preactResNet({ input: [32, 32, 3], classes: 2 });
 * const classifier = createClassifier(network, { classes: ['cat', 'dog'], seed: 0 });
 */
export function createClassifier(network: Network, options: CreateClassifierOptions): Classifier {
  const { classes, preprocessing = unitRange(network.input[2]) } = options;
  const seen = new Set<string>();
  const twice = classes.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) {
    throw new ResNetError('bad-option', `Two classes are called "${twice}". Rename one.`, { class: twice });
  }
  return { network, variables: initialize(network, options), classes, preprocessing };
}
