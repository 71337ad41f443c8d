/** Things of a kind in a file, beside the network's tensors. */
export interface UnusedKind {
  readonly kind: 'counters' | 'optimizer state' | 'other';
  readonly count: number;
  /** The name of the first; null if the format has none for it. */
  readonly example: string | null;
}

const kinds = [
  ['counters', /(^|\.)num_batches_tracked$/],
  ['optimizer state', /optim|adam|sgd|momentum_buffer|(^|\/)(learning_rate|iteration)/i],
  ['other', /^/],
] as const satisfies readonly (readonly [UnusedKind['kind'], RegExp])[];

/**
 * What a network doesn't take of a file, by kind.
 *
 * @param unnamed the number of Keras's variables that aren't any layer's: its optimizer's, mostly
 */
export function unusedKinds(names: readonly string[], unnamed = 0): readonly UnusedKind[] {
  const kindOf = (name: string) => kinds.find(([, pattern]) => pattern.test(name))?.[0];
  const named = kinds.flatMap(([kind]): readonly UnusedKind[] => {
    const own = names.filter((name) => kindOf(name) === kind);
    return own.length === 0 ? [] : [{ kind, count: own.length, example: own[0] as string }];
  });
  return unnamed === 0 ? named : [...named, { kind: 'optimizer state', count: unnamed, example: null }];
}
