import type { DialectName } from './dialects.js';
import { type Initializer, initializers } from './initializer.js';
import { parameterName } from './names.js';
import type { OperationKind } from './operations.js';
import { shapes } from './shape.js';
import { type Role, variablesOf } from './role.js';
import { type ParameterId, parameterId, type Site } from './site.js';
import type { Network, Shape } from './types.js';
import { type NetworkNode, walk } from './walk.js';

/** A parameter of a network: a weight, or a running statistic. */
export interface Parameter {
  readonly id: ParameterId;
  readonly site: Site;
  /** The operation that it belongs to. */
  readonly op: OperationKind;
  readonly role: Role;
  /**
   * A convolution's kernel: [kernelHeight, kernelWidth, in / groups, out]; a dense layer's: [in, out]; all others: [channels].
   */
  readonly shape: readonly number[];
  /** True for weights, false for running statistics. */
  readonly trainable: boolean;
  readonly initializer: Initializer;
}

/**
 * Every parameter of the network: node by node in the order of `walk`, and in Keras's order within a node (kernel,
 * bias, or scale, offset, mean, variance). Throws `shape-mismatch` if the network's layers don't fit.
 *
 * @example
 * const [first] = parameters(courseResNet50()); // { id: 'stem.1.kernel', shape: [7, 7, 3, 64], trainable: true, … }
 */
export function parameters(network: Network): readonly Parameter[] {
  const results = shapes(network);
  return walk(network).flatMap((node) => nodeParameters(node, results[node.from[0] ?? 0] as Shape));
}

/**
 * The name of every parameter in a dialect, by id, in the order of `parameters`. The dialect defaults as in
 * `layerNames`. Throws `shape-mismatch` if the network's layers don't fit.
 *
 * @example
 * parameterNames(courseResNet50()).get('stem.1.kernel'); // 'conv1/kernel'
 */
export function parameterNames(network: Network, dialect?: DialectName): ReadonlyMap<ParameterId, string> {
  const results = shapes(network);
  return new Map(
    walk(network).flatMap((node, index) =>
      nodeParameters(node, results[node.from[0] ?? 0] as Shape).map(
        ({ id, role }) => [id, parameterName(network, index, role, dialect)] as const,
      ),
    ),
  );
}

/** The parameters of one node, given the shape of its input without the batch axis. */
export function nodeParameters(node: NetworkNode, input: Shape): readonly Parameter[] {
  const { op, site } = node;
  const channels = input.at(-1) as number;
  const parameter = (role: Role, shape: readonly number[], initializer: Initializer): Parameter => ({
    id: parameterId(site, role),
    site,
    op: op.op,
    role,
    shape,
    initializer,
    trainable: variablesOf[role] === 'weights',
  });
  switch (op.op) {
    case 'conv': {
      const kernelShape = [...op.kernelSize, channels / op.groups, op.filters];
      const kernel = parameter('kernel', kernelShape, op.initializer);
      return op.bias ? [kernel, parameter('bias', [op.filters], initializers.zeros())] : [kernel];
    }
    case 'dense':
      return [
        parameter('kernel', [channels, op.units], op.initializer),
        parameter('bias', [op.units], initializers.zeros()),
      ];
    case 'norm':
      return [
        parameter('scale', [channels], op.scaleInitializer),
        parameter('offset', [channels], initializers.zeros()),
        parameter('mean', [channels], initializers.zeros()),
        parameter('variance', [channels], initializers.ones()),
      ];
    case 'input':
    case 'act':
    case 'add':
    case 'pad':
    case 'pool':
    case 'globalPool':
    case 'subsample':
    case 'gate':
    case 'flatten':
    case 'dropout':
      return [];
    default:
      return op satisfies never;
  }
}
