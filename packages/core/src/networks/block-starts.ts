import { ResNetError } from '../errors.js';
import { initializers } from '../network/initializer.js';
import { keepLayerNames } from '../network/keep-layer-names.js';
import type { Network, Op, Residual } from '../network/types.js';

/**
 * The network with stochastic depth (Huang et al. 2016, §3): in training, the branch of each block is left out for a part
 * of the examples, none in the first block, a share of `rate` in the last, and linearly between, as in timm. Throws
 * `bad-option` for a rate that isn't at least 0 and less than 1.
 *
 * @example
 * withStochasticDepth(createNetwork('resnet50'), 0.1);
 */
export function withStochasticDepth(network: Network, rate: number): Network {
  if (!(rate >= 0 && rate < 1)) {
    throw new ResNetError(
      'bad-option',
      `The rate of stochastic depth must be at least 0 and less than 1, but is ${rate}.`,
      { rate },
    );
  }
  const last = network.stages.flat().length - 1;
  let index = 0;
  return mapBlocks(network, (block) => {
    const own = last === 0 ? rate : (rate * index++) / last;
    if (own === 0 || block.shortcut === null) return block;
    return { ...block, branch: [...block.branch, { op: 'dropout', rate: own, per: 'example' }] };
  });
}

/**
 * The network whose blocks start as their shortcuts: the last normalization of each branch starts with a scale of 0 (Goyal
 * et al. 2017, §5.1). Where a convolution comes after it, as with pre-activation, that one's kernel starts at 0 instead:
 * the ReLU between them passes no gradient to a scale of 0.
 *
 * @example
 * withZeroInitResidual(createNetwork('resnet50'));
 */
export function withZeroInitResidual(network: Network): Network {
  return mapBlocks(network, (block) => {
    const last = block.branch.findLastIndex(({ op }) => op === 'norm' || op === 'conv');
    const start = (op: Op, index: number) => (index === last ? fromZero(op) : op);
    return block.shortcut === null ? block : { ...block, branch: block.branch.map(start) };
  });
}

function fromZero(op: Op): Op {
  if (op.op === 'norm') return { ...op, scaleInitializer: initializers.zeros() };
  return op.op === 'conv' ? { ...op, initializer: initializers.zeros() } : op;
}

function mapBlocks(network: Network, change: (block: Residual) => Residual): Network {
  const stages = network.stages.map((blocks) => blocks.map(change));
  return keepLayerNames(network, { ...network, stages });
}
