import { type InitializeOptions, initialize, type Variables } from '../compute/variables.js';
import { ResNetError } from '../errors.js';
import { outputShape } from '../network/shape.js';
import type { Network } from '../network/types.js';
import { checkPreprocessing, type Preprocessing, unitRange } from './preprocessing.js';

/** An image classifier: a network with everything needed to run it, to train it, and to save it. */
export interface Classifier {
  readonly network: Network;
  /** Training replaces them and disposes of the old ones. When done with the classifier, call `disposeVariables`. */
  variables: Variables;
  /** The classes' names, in the order of the network's logits. */
  readonly classes: readonly string[];
  readonly preprocessing: Preprocessing;
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
 * layers don't fit, or its result isn't one logit for each class, and `bad-option` for fewer than two classes, a name given
 * twice, or preprocessing of other channels.
 *
 * @example
 * const network = preactResNet({ input: [32, 32, 3], classes: 2 });
 * const classifier = createClassifier(network, { classes: ['cat', 'dog'], seed: 0 });
 */
export function createClassifier(network: Network, options: CreateClassifierOptions): Classifier {
  const { classes, preprocessing = unitRange(network.input[2]) } = options;
  checkClasses(network, classes);
  checkPreprocessing(preprocessing, network.input[2]);
  return { network, variables: initialize(network, options), classes, preprocessing };
}

function checkClasses(network: Network, classes: readonly string[]): void {
  if (classes.length < 2) {
    const message = `A classifier tells at least two classes apart, but there ${classes.length === 1 ? `is one, "${classes[0]}"` : 'are none'}.`;
    throw new ResNetError('bad-option', message, { classes });
  }
  const seen = new Set<string>();
  const twice = classes.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) {
    throw new ResNetError('bad-option', `Two classes are named "${twice}": give each its own name.`, {
      twice,
    });
  }
  const outputs = outputShape(network);
  if (String(outputs) === String([classes.length])) return;
  throw new ResNetError(
    'shape-mismatch',
    `${network.name} outputs [${outputs.join(', ')}], but there are ${classes.length} classes.`,
    { outputs, classes },
  );
}
