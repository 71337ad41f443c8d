// Drawings as data, and as SVG. This entry needs no tensors, and doesn't load TensorFlow.js.
export { type DrawOptions, drawNetwork } from './draw-network.js';
export type {
  Box,
  Drawing,
  DrawnBar,
  DrawnEdge,
  DrawnGroup,
  DrawnNode,
  DrawnText,
  Facts,
  NodeKind,
  Point,
  ShortcutKind,
} from './drawing.js';
export { formatSvg, type SvgOptions } from './format-svg.js';
