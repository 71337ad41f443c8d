import { ResNetError } from '../errors.js';
import { keepLayerNames } from '../network/keep-layer-names.js';
import { outputShape } from '../network/shape.js';
import type { Network, Op, Residual } from '../network/types.js';

/** Where a network can be split: after its stem, after a block, or after an operation of its head. Indices start at 0. */
export type SplitPlace =
  | { readonly part: 'stem' }
  | { readonly part: 'stage'; readonly stage: number; readonly block: number }
  | { readonly part: 'head'; readonly index: number };

/** A network in two, the second of which takes what the first gives. */
export interface SplitNetwork {
  readonly first: Network;
  /** Features without a map are an image of one pixel to it: [batch, 1, 1, features]. */
  readonly second: Network;
}

/** A block through which everything passes as it is: it holds the place of another. */
const passed: Residual = {
  op: 'residual',
  preact: [],
  branch: [],
  shortcut: null,
  shortcutFrom: 'input',
  postact: [],
};

/**
 * Splits a network after a place. Layers keep their sites, so that the network's variables are those of both parts, too: in
 * the second, operations that change nothing hold the places of those in the first. Throws `bad-option` for a place that the
 * network doesn't have.
 *
 * @example
 * const { first, second } = splitNetwork(network, { part: 'stage', stage: 3, block: 2 });
 * const features = forward(first, variables, images); // [batch, 7, 7, 2048]
 * const logits = forward(second, variables, features); // as forward(network, variables, images)
 */
export function splitNetwork(network: Network, after: SplitPlace): SplitNetwork {
  const first = keepLayerNames(network, firstPart(network, after));
  const shape = outputShape(first);
  const [height, width, channels] = (shape.length === 1 ? [1, 1, ...shape] : shape) as Network['input'];
  const placeholder: Op =
    shape.length === 1 ? { op: 'flatten' } : { op: 'pad', top: 0, bottom: 0, left: 0, right: 0 };
  const isPassed = (stage: number, block: number) =>
    after.part === 'head' ||
    (after.part === 'stage' && (stage < after.stage || (stage === after.stage && block <= after.block)));
  const second = {
    ...network,
    input: [height, width, channels] as const,
    stem: [],
    stages: network.stages.map((blocks, stage) =>
      blocks.map((block, index) => (isPassed(stage, index) ? passed : block)),
    ),
    head: network.head.map((op, index) => (after.part === 'head' && index <= after.index ? placeholder : op)),
  };
  return { first, second: keepLayerNames(network, second) };
}

function firstPart(network: Network, after: SplitPlace): Network {
  const { stages, head } = network;
  switch (after.part) {
    case 'stem':
      return { ...network, stages: [], head: [] };
    case 'stage': {
      const { stage, block } = after;
      const blocks = stages[stage];
      if (blocks?.[block] === undefined) break;
      return { ...network, stages: [...stages.slice(0, stage), blocks.slice(0, block + 1)], head: [] };
    }
    case 'head':
      if (head[after.index] === undefined) break;
      return { ...network, head: head.slice(0, after.index + 1) };
    default:
      return after satisfies never;
  }
  throw new ResNetError('bad-option', `${network.name} has no ${JSON.stringify(after)} to be split after.`, {
    after,
  });
}
