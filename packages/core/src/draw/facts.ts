import { blockName, stageName } from '../network/names.js';
import { type Site, siteName } from '../network/site.js';
import { operations } from '../network/operations.js';
import type { Network, Residual, Shape } from '../network/types.js';
import { type NetworkNode, walk } from '../network/walk.js';
import { type LayerSummary, summarizeLayers } from '../inspect/summary.js';
import type { Facts, ShortcutKind } from './drawing.js';
import { showCount, showShape } from './text.js';

/** A network's nodes, with the facts about each and about several together. */
export interface Survey {
  readonly network: Network;
  readonly nodes: readonly NetworkNode[];
  readonly layers: readonly LayerSummary[];
  /** The height of the largest feature map, in pixels. */
  readonly tallest: number;
  /** The nodes of a part, in order. */
  nodesOf(part: Part): readonly number[];
  factsOf(node: number): Facts;
  factsOfPart(part: Part): Facts;
}

/** A part of a network that can be drawn closed, or open with its layers. */
export type Part =
  | { readonly part: 'stem' | 'head' }
  | { readonly part: 'stage'; readonly stage: number }
  | BlockPart;

/** A block, or only its shortcut. */
export interface BlockPart {
  readonly part: 'stage';
  readonly stage: number;
  readonly block: number;
  readonly path?: 'shortcut';
}

/** A part's id: `stem`, `stage0`, `stage0.block1`, `stage0.block1.shortcut` or `head`. */
export function partId(part: Part): string {
  if (part.part !== 'stage') return part.part;
  const block = 'block' in part ? `.block${part.block}${part.path ? `.${part.path}` : ''}` : '';
  return `stage${part.stage}${block}`;
}

export function survey(network: Network): Survey {
  const layers = summarizeLayers(network);
  const nodes = walk(network);
  const shapeOf = (node: number) => (layers[node] as LayerSummary).outputShape;
  const places = new Map<string, number[]>();
  nodes.forEach(({ site }, index) => {
    for (const id of idsAround(site)) places.set(id, [...(places.get(id) ?? []), index]);
  });
  const nodesOf = (part: Part) => places.get(partId(part)) ?? [];

  const factsOf = (node: number): Facts => {
    const { name, type, parameters, multiplyAdds } = layers[node] as LayerSummary;
    const { site, from } = nodes[node] as NetworkNode;
    const inputShapes = from.map(shapeOf);
    const known = { inputShapes, outputShape: shapeOf(node), parameters, multiplyAdds };
    return { name, type, site, nodes: [node], ...known, description: describe(`${name} (${type})`, known) };
  };

  const factsOfPart = (part: Part): Facts => {
    const own = nodesOf(part);
    const first = nodes[own[0] as number] as NetworkNode;
    const sum = (key: 'parameters' | 'multiplyAdds') =>
      own.reduce((total, node) => total + (layers[node] as LayerSummary)[key], 0);
    const known = {
      inputShapes: [shapeOf(first.from[0] as number)],
      outputShape: shapeOf(own.at(-1) as number),
      parameters: sum('parameters'),
      multiplyAdds: sum('multiplyAdds'),
    };
    const name = partName(network, part);
    const what = 'block' in part && !part.path ? `${name}, ${shortcutWords(network, part)}` : name;
    return {
      name,
      type: partType(part),
      site: first.site,
      nodes: own,
      ...known,
      description: describe(what, known),
    };
  };

  const tallest = Math.max(
    ...layers.map(({ outputShape }) => (outputShape.length === 3 ? (outputShape[0] as number) : 1)),
  );
  return { network, nodes, layers, tallest, nodesOf, factsOf, factsOfPart };
}

/** The ids of all parts that contain a site. */
function idsAround(site: Site): readonly string[] {
  if (site.part !== 'stage') return [site.part];
  const { stage, block, path } = site;
  const ids = [partId({ part: 'stage', stage }), partId({ part: 'stage', stage, block })];
  return path === 'shortcut' ? [...ids, partId({ part: 'stage', stage, block, path })] : ids;
}

function partName(network: Network, part: Part): string {
  if (part.part !== 'stage') return part.part;
  if (!('block' in part)) return stageName(network, part.stage);
  const name = blockName(network, { ...part, path: 'branch', index: 0 });
  return part.path ? `${name}'s shortcut` : name;
}

function partType(part: Part): string {
  if (part.part !== 'stage') return part.part === 'stem' ? 'Stem' : 'Head';
  if (!('block' in part)) return 'Stage';
  return part.path ? 'Shortcut' : 'Block';
}

function shortcutWords({ stages }: Network, { stage, block }: BlockPart): string {
  const kind = shortcutKind(stages[stage]?.[block] as Residual);
  if (kind === null) return 'without a shortcut';
  return `with ${kind === 'identity' ? 'an' : 'a'} ${kind} shortcut`;
}

/** What a shortcut is; null for a plain block. One that has layers, but no parameters, is subsampled. */
export function shortcutKind({ shortcut }: Residual): ShortcutKind | null {
  if (shortcut === null) return null;
  if (shortcut.length === 0) return 'identity';
  return shortcut.some(({ op }) => operations[op].roles.length > 0) ? 'projection' : 'subsampled';
}

function describe(
  what: string,
  known: Pick<Facts, 'inputShapes' | 'outputShape' | 'parameters' | 'multiplyAdds'>,
): string {
  const { inputShapes, outputShape, parameters, multiplyAdds } = known;
  const flow = [inputShapes.map((shape: Shape) => showShape(shape)).join(' + '), showShape(outputShape)];
  const cost = [
    showCount(parameters, 'parameter', 'parameters'),
    showCount(multiplyAdds, 'multiply-add', 'multiply-adds'),
  ];
  return `${what}: ${flow.filter(Boolean).join(' → ')}, ${cost.join(', ')}`;
}

export function blockOf({ network }: Survey, { stage, block }: BlockPart): Residual {
  return network.stages[stage]?.[block] as Residual;
}

/** A node's id: its site as a string. */
export function nodeId({ nodes }: Survey, node: number): string {
  return siteName((nodes[node] as NetworkNode).site);
}
