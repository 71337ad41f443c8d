import { dialectOf } from './dialects.js';
import { layerNames, parameterName } from './names.js';
import { nodeParameters } from './parameters.js';
import { shapes } from './shape.js';
import type { Network, Shape } from './types.js';
import { walk } from './walk.js';

/** The names of a network's parameters, each with its shape in its source's layout, and of its layers. */
export interface SourceNames {
  /** `conv1.weight [64, 3, 7, 7]`. */
  readonly parameters: readonly string[];
  readonly layers: readonly string[];
}

/** A network's names as tooling/goldens/names.py takes them from the network's source. */
export function sourceNames(network: Network): SourceNames {
  const results = shapes(network);
  const nodes = walk(network);
  const isTorch = ['torchvision', 'timm', 'cifar'].includes(dialectOf(network.name));
  return {
    parameters: nodes.flatMap((node, index) =>
      nodeParameters(node, results[node.from[0] ?? 0] as Shape).map(
        ({ role, shape }) =>
          `${parameterName(network, index, role)} [${(isTorch ? inTorch(shape) : shape).join(', ')}]`,
      ),
    ),
    layers: layerNames(network).slice(1),
  };
}

/** PyTorch's layout: [out, in, height, width], [out, in], [channels]. */
function inTorch(shape: readonly number[]): readonly number[] {
  const [kernel, channels] = [shape.slice(0, -2), shape.slice(-2)];
  return [...channels.reverse(), ...kernel];
}
