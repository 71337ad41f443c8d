import { type DialectName, dialectOf, dialects, type Place } from './dialects.js';
import { kerasType } from './keras-type.js';
import type { Role } from './role.js';
import type { Site } from './site.js';
import type { Network } from './types.js';
import { walk } from './walk.js';

/**
 * The name of every node's layer, in the order of `walk`: in the dialect of the network's own family, or in another.
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

/** The name of one of a node's parameters: `conv1/kernel`, `bn_conv1/gamma`. */
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

/** Where each node stands among the others. */
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

/** The block that a site is in, as the network's own dialect calls it: `block 3a`, `block 4`; the part elsewhere. */
export function blockName(network: Network, site: Site): string {
  if (site.part !== 'stage') return `the ${site.part}`;
  const before = network.stages.slice(0, site.stage).reduce((sum, blocks) => sum + blocks.length, 0);
  return dialects[dialectOf(network.name)].block(site.stage, site.block, before + site.block);
}

/** A stage as the network's own dialect calls it. */
export function stageName(network: Network, stage: number): string {
  return dialects[dialectOf(network.name)].stage(stage);
}
