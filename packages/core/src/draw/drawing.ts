import type { Site } from '../network/site.js';
import type { Op, Shape } from '../network/types.js';

/** A place in the drawing: x to the right, y down, in the drawing's own pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle by its upper left corner. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** What is known of a layer, or of all layers that a closed node stands for: for a hover, a caption, a screen reader. */
export interface Facts {
  /** The layer's name in the network's scheme, or `block 2a`, `stem`, `head`. */
  readonly name: string;
  /** Keras's class for a layer; `Block`, `Shortcut`, `Stem`, `Head` or `Stage` for what holds several. */
  readonly type: string;
  /** Where it stands; of several layers, the first. */
  readonly site: Site;
  /** Indices into `walk(network)`: the layers that this stands for. The last one's result is its own. */
  readonly nodes: readonly number[];
  /** Shapes that it takes, without the batch. */
  readonly inputShapes: readonly Shape[];
  /** Without the batch: [height, width, channels] or [features]. */
  readonly outputShape: Shape;
  readonly parameters: number;
  /** For one image. */
  readonly multiplyAdds: number;
  /** All of that as a sentence. */
  readonly description: string;
}

/** `part` stands for a closed stem or head, `block` for a closed block, `projection` for a closed projection shortcut. */
export type NodeKind = Op['op'] | 'input' | 'add' | 'part' | 'block' | 'projection';

/** A layer, or a part or block that isn't open. An addition is a circle in its box. */
export interface DrawnNode extends Box, Facts {
  /**
   * The site as one word, `stage0.block1.branch.3`; of a closed block `stage0.block1`. Equal in every drawing of a network,
   * but for `input`, which in the drawing of one block is whatever the block takes.
   */
  readonly id: string;
  readonly kind: NodeKind;
  /** The group that it lies in; null outside of all. */
  readonly group: string | null;
  /** What a closed node has inside: a bar for each convolution, pooling and dense layer; as high as the map, as thick as it has channels. */
  readonly bars: readonly DrawnBar[];
}

export interface DrawnBar extends Box {
  readonly kind: 'conv' | 'pool' | 'dense';
  readonly node: number;
}

/** A stage, or an open block, stem or head. A block's id is the one that it has as a closed node. */
export interface DrawnGroup extends Box, Facts {
  readonly id: string;
  readonly kind: 'stage' | 'block' | 'part';
  readonly group: string | null;
}

/** A wire, with an arrow at its end. */
export interface DrawnEdge {
  readonly id: string;
  /** The main path, or what goes around a block: the input itself, or a projection of it. */
  readonly kind: 'main' | 'identity' | 'projection';
  /** Nodes; null where the wire leaves the drawing. */
  readonly from: string;
  readonly to: string | null;
  /** SVG path data. */
  readonly path: string;
  /** Where the arrow points to, from its left or from above. */
  readonly tip: Point & { readonly direction: 'right' | 'down' };
  /** Where it branches off another wire; null where it begins at its node. */
  readonly fork: Point | null;
  /** The shape of what flows, without the batch. */
  readonly shape: Shape;
}

/** Text, at its baseline. */
export interface DrawnText extends Point {
  readonly text: string;
  readonly role: 'title' | 'figures' | 'label' | 'caption' | 'shape' | 'shortcut';
  readonly anchor: 'start' | 'middle' | 'end';
  /** The node or group that it speaks of. */
  readonly of: string;
}

/** A network laid out to be drawn: plain data in the order of painting. */
export interface Drawing {
  /** The network's name. */
  readonly name: string;
  readonly title: string;
  /** What there is to see, in sentences. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly parameters: number;
  /** For one image. */
  readonly multiplyAdds: number;
  readonly groups: readonly DrawnGroup[];
  readonly edges: readonly DrawnEdge[];
  readonly nodes: readonly DrawnNode[];
  readonly texts: readonly DrawnText[];
}
