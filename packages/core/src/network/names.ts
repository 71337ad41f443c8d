import { type DialectName, dialectOf, dialects, type Place } from './dialects.js';
import { kerasType } from './keras-type.js';
import type { Role } from './role.js';
import type { Site } from './site.js';
import type { Network } from './types.js';
import { walk } from './walk.js';

/**
 * The name of every node's layer, in the order of `walk`. The dialect defaults to that of the network's family, or to
 * Keras's automatic names.
 *
 * @example
 * layerNames(courseResNet50())[2]; // 'conv1'
 * layerNames(courseResNet50(), 'keras')[2]; // 'conv2d'
 */
export function layerNames(
  network: Network,
  dialect: DialectName = dialectOf(network.name),
): readonly string[] {
  const { name } = dialects[dialect];
  const places = placesOf(network);
  return walk(network).map((node, index) =>
    node.op.op === 'input' ? network.inputName : name(node, places[index] as Place),
  );
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
  const node = walk(network)[index] as ReturnType<typeof walk>[number];
  return dialects[dialect].name(node, placesOf(network)[index] as Place, role);
}

const known = new WeakMap<Network, readonly Place[]>();

/** The place of each node, in the order of `walk`. */
function placesOf(network: Network): readonly Place[] {
  const before = known.get(network);
  if (before !== undefined) return before;
  const types = new Map<string, number>();
  let current = '';
  let blocks = -1;
  let convolutions = 0;
  const places = walk(network).map(({ op, site }): Place => {
    if (site.part === 'stage' && current !== `${site.stage}.${site.block}`) {
      current = `${site.stage}.${site.block}`;
      blocks++;
      convolutions = 0;
    }
    const type = kerasType(op);
    const sameType = types.get(type) ?? 0;
    types.set(type, sameType + 1);
    const place = { blocks, convolutions, sameType };
    if (op.op === 'conv' && site.part === 'stage' && site.path !== 'shortcut') convolutions++;
    return place;
  });
  known.set(network, places);
  return places;
}

/**
 * The name of the block at a site, in the dialect of the network's family: `block 3a`, `block 4`; elsewhere `the
 * stem`, `the head`.
 */
export function blockName(network: Network, site: Site): string {
  if (site.part !== 'stage') return `the ${site.part}`;
  const before = network.stages.slice(0, site.stage).reduce((sum, blocks) => sum + blocks.length, 0);
  return dialects[dialectOf(network.name)].block(site.stage, site.block, before + site.block);
}

/** The name of a stage, in the dialect of the network's family: `stage 2`. */
export function stageName(network: Network, stage: number): string {
  return dialects[dialectOf(network.name)].stage(stage);
}
