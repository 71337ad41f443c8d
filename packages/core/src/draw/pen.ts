import type { Shape } from '../network/types.js';
import type { Box, DrawnEdge, DrawnGroup, DrawnNode, DrawnText, Point } from './drawing.js';
import { roundedPath, tenth } from './path.js';

/** The loose end of a wire. */
export interface Port {
  /** The id of the node whose result it carries. */
  readonly node: string;
  readonly shape: Shape;
  readonly kind: DrawnEdge['kind'];
  /** Its points so far. */
  readonly trail: readonly Point[];
  /** Where it branches off another wire, or null. */
  readonly fork: Point | null;
}

const cornerRadius = { main: 8, identity: 14, projection: 14, subsampled: 14 } as const satisfies Record<
  DrawnEdge['kind'],
  number
>;

/** Collects a drawing's elements. */
export class Pen {
  readonly groups: DrawnGroup[] = [];
  readonly nodes: DrawnNode[] = [];
  readonly edges: DrawnEdge[] = [];
  readonly texts: DrawnText[] = [];

  group(group: DrawnGroup): void {
    this.groups.push({ ...group, ...rounded(group) });
  }

  node(node: DrawnNode): void {
    const bars = node.bars.map((bar) => ({ ...bar, ...rounded(bar) }));
    this.nodes.push({ ...node, ...rounded(node), bars });
  }

  text(text: DrawnText): void {
    if (text.text !== '') this.texts.push({ ...text, x: tenth(text.x), y: tenth(text.y) });
  }

  /** Adds the wire from a port to a point on a node, or out of the drawing. */
  wire({ node, shape, kind, trail, fork }: Port, to: string | null, at: Point): void {
    const points = [...trail, at];
    const before = points.findLast(({ x, y }) => x !== at.x || y !== at.y) as Point;
    this.edges.push({
      id: `${kind === 'main' ? 'wire' : 'shortcut'}:${node}:${to ?? 'out'}`,
      kind,
      from: node,
      to,
      path: roundedPath(points, cornerRadius[kind]),
      tip: {
        x: tenth(at.x),
        y: tenth(at.y),
        direction: before.x !== at.x ? 'right' : before.y < at.y ? 'down' : 'up',
      },
      fork: fork && { x: tenth(fork.x), y: tenth(fork.y) },
      shape,
    });
  }
}

function rounded({ x, y, width, height }: Box): Box {
  return { x: tenth(x), y: tenth(y), width: tenth(width), height: tenth(height) };
}
