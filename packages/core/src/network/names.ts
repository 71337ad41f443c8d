import { type DialectName, dialectOf, dialects } from './dialects.js';
import { type Place, placesOf } from './place.js';
import type { Role } from './role.js';
import { type Site, siteName } from './site.js';
import type { Network } from './types.js';
import { walk } from './walk.js';

const known = new WeakMap<Network, Map<DialectName | undefined, readonly string[]>>();

/**
 * The name of every node's layer, in the order of `walk`, each once. Without a dialect, a layer has the name that its file gave
 * (`Network.layerNames`); without one it is named by the dialect of the network's source, or as Keras names unnamed
 * layers.
 *
 * @example
 * layerNames(courseResNet50())[2]; // 'conv1'
 * layerNames(courseResNet50(), 'keras')[2]; // 'conv2d'
 */
export function layerNames(network: Network, dialect?: DialectName): readonly string[] {
  const byDialect = known.get(network) ?? new Map<DialectName | undefined, readonly string[]>();
  known.set(network, byDialect);
  const before = byDialect.get(dialect);
  if (before !== undefined) return before;
  const { layer } = dialects[dialect ?? dialectOf(network.name)];
  const places = placesOf(network);
  const given = dialect === undefined ? (network.layerNames ?? {}) : {};
  const names = numbered(
    walk(network).map((node, index) =>
      node.op.op === 'input' ? network.inputName : layer(node, places[index] as Place, network),
    ),
    walk(network).map(({ site }) => given[siteName(site)]),
  );
  byDialect.set(dialect, names);
  return names;
}

/**
 * The names, with a number after each that stands before already: relu, relu_1, relu_2. A given name stands in the place of
 * another, as it is.
 */
function numbered(names: readonly string[], given: readonly (string | undefined)[]): readonly string[] {
  const taken = new Set(given.filter((name) => name !== undefined));
  const counts = new Map<string, number>();
  return names.map((name, index) => {
    const own = given[index];
    if (own !== undefined) return own;
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
export function parameterName(network: Network, index: number, role: Role, dialect?: DialectName): string {
  const layer = layerNames(network, dialect)[index] as string;
  return dialects[dialect ?? dialectOf(network.name)].parameter(layer, role);
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
