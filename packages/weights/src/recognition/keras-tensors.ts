import {
  type DialectName,
  type Network,
  orderByDepth,
  parameterNames,
  parameters,
  type Shape,
  siteName,
  walk,
} from '@resnetjs/core';
import type { TensorContainer } from '../containers/container.js';
import type { FoundTensor, FoundTensors } from './found-tensors.js';

/** A layer in a file of Keras's weights. */
export interface KerasLayer {
  readonly name: string;
  /** Names of its tensors in the file, in Keras's order. */
  readonly variables: readonly string[];
}

/** A file of Keras's weights. */
export interface KerasLayers {
  readonly tensors: TensorContainer['tensors'];
  /** In the file's order. */
  readonly layers: readonly KerasLayer[];
}

type Kind = keyof typeof roles;

/** Keras's names of a layer's variables, in its order. */
const roles = {
  conv: ['kernel', 'bias'],
  dense: ['kernel', 'bias'],
  norm: ['gamma', 'beta', 'moving_mean', 'moving_variance'],
} as const;

interface OrderOptions {
  readonly dialect: DialectName;
  readonly sorted: boolean;
  readonly shortcutFirst: boolean;
}

/** The tensors as `layer/kernel`, by the place that each has in its layer. */
export function kerasTensors(file: KerasLayers): FoundTensors {
  return named(file, file.layers);
}

/**
 * The tensors under the names that a network's layers have, kind by kind in Keras's order of layers; undefined if
 * the file has another number of some kind. For files with automatic names, which count on across networks.
 *
 * @param sorted whether a kind's layers are in the order of their numbers, not in the file's
 * @param shortcutFirst whether additions take the shortcut first, which decides between layers of the same depth
 */
export function kerasTensorsInOrder(
  file: KerasLayers,
  network: Network,
  { dialect, sorted, shortcutFirst }: OrderOptions,
): FoundTensors | undefined {
  const theirs = byKind(file);
  const ours = layersByKind(network, { dialect, shortcutFirst });
  const renamed: KerasLayer[] = [];
  for (const kind of Object.keys(roles) as Kind[]) {
    const layers = sorted ? [...theirs[kind]].sort(byNumber) : theirs[kind];
    if (layers.length !== ours[kind].length) return undefined;
    for (const [index, { variables }] of layers.entries()) {
      renamed.push({ name: ours[kind][index] as string, variables });
    }
  }
  return named(file, renamed);
}

function named(file: KerasLayers, layers: readonly KerasLayer[]): FoundTensors {
  const found = new Map<string, FoundTensor>();
  const unused: string[] = [];
  for (const { name, variables } of layers) {
    const kind = kindOf(file, variables);
    variables.forEach((tensor, index) => {
      const role = kind && roles[kind][index];
      if (role === undefined) unused.push(tensor);
      else found.set(`${name}/${role}`, { tensor, shape: file.tensors.get(tensor)?.shape as Shape });
    });
  }
  return { tensors: found, prefix: '', unused };
}

function byKind(file: KerasLayers): Record<Kind, KerasLayer[]> {
  const kinds: Record<Kind, KerasLayer[]> = { conv: [], dense: [], norm: [] };
  for (const layer of file.layers) {
    const kind = kindOf(file, layer.variables);
    if (kind !== undefined) kinds[kind].push(layer);
  }
  return kinds;
}

/** By the number and the ranks of a layer's variables. */
function kindOf({ tensors }: KerasLayers, variables: readonly string[]): Kind | undefined {
  const ranks = variables.map((name) => tensors.get(name)?.shape.length);
  if (ranks.length === 4 && ranks.every((rank) => rank === 1)) return 'norm';
  if (ranks.length > 2 || (ranks.length === 2 && ranks[1] !== 1)) return undefined;
  return ranks[0] === 4 ? 'conv' : ranks[0] === 2 ? 'dense' : undefined;
}

/** The names of a network's layers with parameters. */
function layersByKind(
  network: Network,
  { dialect, shortcutFirst }: Omit<OrderOptions, 'sorted'>,
): Record<Kind, readonly string[]> {
  const names = parameterNames(network, dialect);
  const layers = new Map<string, { kind: Kind; name: string }>();
  for (const { id, site, op } of parameters(network)) {
    const [name] = (names.get(id) as string).split(/\/(?=[^/]*$)/); // what precedes the last slash
    layers.set(siteName(site), { kind: op as Kind, name: name as string });
  }
  const nodes = walk(network);
  const inputs = nodes.map(({ op, from }) => (op.op === 'add' && shortcutFirst ? [...from].reverse() : from));
  const inOrder = orderByDepth(inputs).flatMap((index) => {
    const { site } = nodes[index] as (typeof nodes)[number];
    return layers.get(siteName(site)) ?? [];
  });
  const of = (kind: Kind) => inOrder.filter((layer) => layer.kind === kind).map(({ name }) => name);
  return { conv: of('conv'), dense: of('dense'), norm: of('norm') };
}

/** `conv2d_2` before `conv2d_10`. */
function byNumber(a: KerasLayer, b: KerasLayer): number {
  return a.name.localeCompare(b.name, 'en', { numeric: true });
}
