import { type DialectName, dialectOf, dialects } from './dialects.js';
import { type Place, placesOf } from './place.js';
import type { Role } from './role.js';
import type { Site } from './site.js';
import type { Network } from './types.js';
import { walk } from './walk.js';

const known = new WeakMap<Network, Map<DialectName, readonly string[]>>();

/**
 * The name of every node's layer, in the order of `walk`, each once. The dialect defaults to that of the network's source, or
 * to Keras's automatic names.
 *
 * @example
 * layerNames(courseResNet50())[2]; // 'conv1'
 * layerNames(courseResNet50(), 'keras')[2]; // 'conv2d'
 */
export function layerNames(
  network: Network,
  dialect: DialectName = dialectOf(network.name),
): readonly string[] {
  const byDialect = known.get(network) ?? new Map<DialectName, readonly string[]>();
  known.set(network, byDialect);
  const before = byDialect.get(dialect);
  if (before !== undefined) return before;
  const { layer } = dialects[dialect];
  const places = placesOf(network);
  const names = numbered(
    walk(network).map((node, index) =>
      node.op.op === 'input' ? network.inputName : layer(node, places[index] as Place, network),
    ),
  );
  byDialect.set(dialect, names);
  return names;
}

/** The names, with a number after each that stands before already: relu, relu_1, relu_2. */
function numbered(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return names.map((name) => {
    let count = counts.get(name) ?? 0;
    let unique = name;
    while (taken.has(unique)) unique = `${name}_${++count}`;
    counts.set(name, count);
    taken.add(unique);
    return unique;
  });
}

/**
 * The name of a parameter, by its node's index in `walk(network)` and its role. The dialect defaults as in
 * `layerNames`.
 *
 * @example
 * parameterName(courseResNet50(), 2, 'kernel'); // 'conv1/kernel'
 * parameterName(courseResNet50(), 3, 'scale'); // 'bn_conv1/gamma'
 */
export function parameterName(
  network: Network,
  index: number,
  role: Role,
  dialect: DialectName = dialectOf(network.name),
): string {
  return dialects[dialect].parameter(layerNames(network, dialect)[index] as string, role);
}

/**
 * The name of the block at a site, in the dialect of the network's source: `block 3a`, `block 4`; elsewhere `the
 * stem`, `the head`.
 */
export function blockName(network: Network, site: Site): string {
  if (site.part !== 'stage') return `the ${site.part}`;
  const before = network.stages.slice(0, site.stage).reduce((sum, blocks) => sum + blocks.length, 0);
  return dialects[dialectOf(network.name)].block(site.stage, site.block, before + site.block);
}

/** The name of a stage, in the dialect of the network's source: `stage 2`. */
export function stageName(network: Network, stage: number): string {
  return dialects[dialectOf(network.name)].stage(stage);
}
