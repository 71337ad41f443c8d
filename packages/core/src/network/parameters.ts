import { type Initializer, initializers } from './initializer.js';
import { shapes } from './shape.js';
import type { Role } from './role.js';
import { type Site, siteName } from './site.js';
import type { Network, Shape } from './types.js';
import { type NetworkNode, walk } from './walk.js';

/** A parameter's name: its site and its role, `stage1.block0.branch.3.kernel`. */
export type ParameterId = string;

export interface Parameter {
  readonly id: ParameterId;
  readonly site: Site;
  readonly role: Role;
  /** Kernels: [height, width, in, out] or [in, out]; all others: [channels]. */
  readonly shape: readonly number[];
  /** Whether training learns it; running statistics are kept, not learned. */
  readonly trainable: boolean;
  readonly initializer: Initializer;
  /** The L2 penalty's coefficient. */
  readonly l2: number;
}

/** A parameter's name, from where it lives and what it does there. */
export function parameterId(site: Site, role: Role): ParameterId {
  return `${siteName(site)}.${role}`;
}

/** Every parameter of the network, in Keras's order: by step, and kernel, bias or scale, offset, mean, variance within. */
export function parameters(network: Network): readonly Parameter[] {
  const results = shapes(network);
  return walk(network).flatMap((node) => nodeParameters(node, results[node.from[0] ?? 0] as Shape));
}

/** The parameters of one node, given the shape of what it takes. */
export function nodeParameters(node: NetworkNode, input: Shape): readonly Parameter[] {
  const { op, site } = node;
  const channels = input.at(-1) as number;
  const parameter = (
    role: Role,
    shape: readonly number[],
    initializer: Initializer,
    options: { trainable?: boolean; l2?: number } = {},
  ): Parameter => ({
    id: parameterId(site, role),
    site,
    role,
    shape,
    initializer,
    trainable: options.trainable ?? true,
    l2: options.l2 ?? 0,
  });
  switch (op.op) {
    case 'conv': {
      const { initializer, l2 } = op;
      const kernel = parameter('kernel', [...op.kernelSize, channels, op.filters], initializer, { l2 });
      return op.bias ? [kernel, parameter('bias', [op.filters], initializers.zeros())] : [kernel];
    }
    case 'dense':
      return [
        parameter('kernel', [channels, op.units], op.initializer, { l2: op.l2 }),
        parameter('bias', [op.units], initializers.zeros()),
      ];
    case 'norm':
      return [
        parameter('scale', [channels], initializers.ones()),
        parameter('offset', [channels], initializers.zeros()),
        parameter('mean', [channels], initializers.zeros(), { trainable: false }),
        parameter('variance', [channels], initializers.ones(), { trainable: false }),
      ];
    default:
      return [];
  }
}
