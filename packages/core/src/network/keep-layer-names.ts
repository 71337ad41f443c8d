import { siteName } from './site.js';
import type { Network } from './types.js';
import { walk } from './walk.js';

/**
 * A network that a pass made of another, with the names that the other's layers have from a file. On each path a layer keeps
 * its name up to the first place where another kind of operation stands: what comes after it may have moved.
 */
export function keepLayerNames(before: Network, after: Network): Network {
  const { layerNames: given, ...unnamed } = { ...after, layerNames: before.layerNames };
  if (given === undefined) return unnamed;
  const kinds = new Map(walk(before).map(({ site, op }) => [siteName(site), op.op]));
  const changed = new Set<string>();
  const kept: (readonly [string, string])[] = [];
  for (const { site, op } of walk(unnamed)) {
    const place = siteName(site);
    const path = place.slice(0, place.lastIndexOf('.'));
    const [around = path] = path.split(/\.\d+\.gate/);
    if (kinds.get(place) !== op.op) changed.add(path);
    const name = given[place];
    if (name !== undefined && !changed.has(path) && !changed.has(around)) kept.push([place, name]);
  }
  return { ...unnamed, layerNames: Object.fromEntries(kept) };
}
