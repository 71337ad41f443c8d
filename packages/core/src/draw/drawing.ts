import type { Site } from '../network/site.js';
import type { Op, Shape } from '../network/types.js';

/** A point of the drawing in its own pixels: x to the right, y down. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle by its upper left corner. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** Facts about a layer or a whole block, stage, stem or head, for tooltips, captions and screen readers. */
export interface Facts {
  /** The layer's name in the dialect of the network's family, or `block 2a`, `stage 2`, `stem`, `head`. */
  readonly name: string;
  /** A layer's Keras class; `Block`, `Shortcut`, `Stem`, `Head` or `Stage` for several layers. */
  readonly type: string;
  /** The site of the layer, or of the first of several. */
  readonly site: Site;
  /** Indices in `walk(network)` of its layers, of which the last computes its result; `featureMaps` takes them. */
  readonly nodes: readonly number[];
  /** The shapes of its inputs, without the batch axis. */
  readonly inputShapes: readonly Shape[];
  /** Without the batch axis: [height, width, channels] or [features]. */
  readonly outputShape: Shape;
  /** The number of scalars in its parameters. */
  readonly parameters: number;
  /** For one image. */
  readonly multiplyAdds: number;
  /** These facts as a sentence. */
  readonly description: string;
}

/**
 * What a shortcut does with its input: adds it as it is, after a projection, or `subsampled`, by layers without parameters
 * (He et al. 2015, §3.3, option A).
 */
export type ShortcutKind = 'identity' | 'projection' | 'subsampled';

/**
 * The kind of a node: a layer's operation; `part` for a closed stem or head, `block` for a closed block, `projection` or
 * `subsampled` for a closed shortcut that is one.
 */
export type NodeKind = Op['op'] | 'input' | 'add' | 'part' | 'block' | Exclude<ShortcutKind, 'identity'>;

/** A layer, or a closed block, shortcut, stem or head. An addition and a gate are drawn as circles in their boxes. */
export interface DrawnNode extends Box, Facts {
  /**
   * Its site as a string, `stage0.block1.branch.3`, or `stage0.block1` for a closed block. It is the same in every
   * drawing of a network, except `input`, which in the drawing of a single block is the block's input.
   */
  readonly id: string;
  readonly kind: NodeKind;
  /** The id of the innermost group around it, or null. */
  readonly group: string | null;
  /** The layers of a closed node: a bar for each convolution, pooling, gate and dense layer. Empty for other nodes. */
  readonly bars: readonly DrawnBar[];
}

/** A layer of a closed node: higher for larger maps, thicker for more channels; a gate's is a small circle. */
export interface DrawnBar extends Box {
  readonly kind: 'conv' | 'pool' | 'gate' | 'dense';
  /** The layer's index in `walk(network)`. */
  readonly node: number;
}

/** A frame around the nodes of a stage, or of an open block, stem or head. */
export interface DrawnGroup extends Box, Facts {
  /** `stage0`, `stage0.block1`, `stem` or `head`: a block has the same id closed and open. */
  readonly id: string;
  readonly kind: 'stage' | 'block' | 'part';
  /** The id of the group around it, or null. */
  readonly group: string | null;
}

/** A wire between two nodes, with an arrow at its end. */
export interface DrawnEdge {
  readonly id: string;
  /** Whether it belongs to the main path or to a shortcut, and to which kind. */
  readonly kind: 'main' | ShortcutKind;
  /** The id of the node that it starts at. */
  readonly from: string;
  /** The id of the node that it ends at; null for the network's result. */
  readonly to: string | null;
  /** SVG path data. */
  readonly path: string;
  /** The tip of the arrow, and the direction in which it points. */
  readonly tip: Point & { readonly direction: 'right' | 'down' | 'up' };
  /** Where it branches off another wire; null if it starts at its node. */
  readonly fork: Point | null;
  /** The shape of the tensor that it carries, without the batch axis. */
  readonly shape: Shape;
}

/** A text; x and y are on its baseline. */
export interface DrawnText extends Point {
  readonly text: string;
  readonly role: 'title' | 'figures' | 'label' | 'caption' | 'shape' | 'shortcut';
  /** SVG's `text-anchor`: which end of the text is at x. */
  readonly anchor: 'start' | 'middle' | 'end';
  /** The id of the node or group that it is about. */
  readonly of: string;
}

/** The layout of a network's drawing, as plain data; groups, edges, nodes and texts are painted in this order. */
export interface Drawing {
  /** The network's name. */
  readonly name: string;
  /** The heading. */
  readonly title: string;
  /** The drawing in sentences, for screen readers. */
  readonly description: string;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** The number of scalars in the parameters. */
  readonly parameters: number;
  /** For one image. */
  readonly multiplyAdds: number;
  readonly groups: readonly DrawnGroup[];
  readonly edges: readonly DrawnEdge[];
  readonly nodes: readonly DrawnNode[];
  readonly texts: readonly DrawnText[];
}
