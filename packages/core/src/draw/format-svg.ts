import type {
  Drawing,
  DrawnBar,
  DrawnEdge,
  DrawnGroup,
  DrawnNode,
  DrawnText,
  NodeKind,
  ShortcutKind,
} from './drawing.js';
import { tenth } from './path.js';
import { type Color, palette } from './palette.js';
import { fitText, showLarge, textSizes, textWidth } from './text.js';

/** Options of `formatSvg`. */
export interface SvgOptions {
  /** 'auto' follows the reader's color scheme, and is light in print. Default: 'auto'. */
  readonly theme?: 'auto' | 'light' | 'dark';
  /** Whether to draw a heading and a key. Default: true. */
  readonly words?: boolean;
  /** The prefix of ids in the document, to keep them unique on a page. Default: 'drawing'. */
  readonly idPrefix?: string;
}

const headingHeight = 54;
const keyHeight = 40;
const margin = 12;

/** Colors by kind of node; those that only reshape have the input's. */
const nodeColors = {
  input: 'input',
  conv: 'conv',
  norm: 'norm',
  act: 'act',
  pad: 'input',
  pool: 'pool',
  globalPool: 'pool',
  subsample: 'input',
  gate: 'act',
  flatten: 'input',
  dropout: 'input',
  dense: 'dense',
} as const satisfies Partial<Record<NodeKind, Color>>;

const keyWords: readonly (readonly [keyof typeof nodeColors, string])[] = [
  ['conv', 'convolution'],
  ['norm', 'batch normalization'],
  ['act', 'activation'],
  ['pool', 'pooling'],
  ['gate', 'gate'],
  ['dense', 'dense'],
];

/**
 * Formats a drawing as a self-contained SVG document, without scripts or requests, with a title and a description.
 * Groups, nodes and edges have their ids as `data-id`; every color is a CSS custom property, `--resnet-…`, that a
 * page can set.
 *
 * @example
 * const svg = formatSvg(drawNetwork(courseResNet50()), { theme: 'light' }); // '<svg …</svg>'
 */
export function formatSvg(drawing: Drawing, options: SvgOptions = {}): string {
  const { theme = 'auto', words = true, idPrefix = 'drawing' } = options;
  const width = words ? Math.max(drawing.width, 320) : drawing.width;
  const key = words ? keyOf(drawing, width) : { lines: [], height: 0 };
  const top = words ? headingHeight : 0;
  const height = top + drawing.height + key.height;
  const [titleId, descriptionId] = [`${escaped(idPrefix)}-title`, `${escaped(idPrefix)}-description`];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="resnet-drawing" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${titleId}" aria-describedby="${descriptionId}" font-family="${fonts}">`,
    `<title id="${titleId}">${escaped(drawing.title)}</title>`,
    `<desc id="${descriptionId}">${escaped(drawing.description)}</desc>`,
    `<style>${styles(theme)}</style>`,
    `<rect${paint('surface', theme)} width="${width}" height="${height}"/>`,
    ...(words ? heading(drawing, width, theme) : []),
    `<g transform="translate(${(width - drawing.width) / 2} ${top})">`,
    ...drawing.groups.map((group) => formatGroup(group, theme)),
    ...[...drawing.edges].sort(mainLast).map((edge) => formatEdge(edge, theme)),
    ...drawing.nodes.map((node) => formatNode(node, theme)),
    ...drawing.texts.map((text) => formatText(text, theme)),
    '</g>',
    `<g transform="translate(0 ${top + drawing.height})">`,
    ...key.lines.map((line) => line(theme)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

const fonts = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif";

type Theme = NonNullable<SvgOptions['theme']>;

/** A fill and a stroke, as attributes for every renderer, and as classes for those that support custom properties. */
function paint(fill: Color | 'none', theme: Theme, line?: Color): string {
  const side = theme === 'dark' ? 1 : 0;
  const classes = [fill === 'none' ? '' : `f-${fill}`, line ? `l-${line}` : ''].filter(Boolean);
  const color = (name: Color) => palette[name][side];
  const attributes = [
    `fill="${fill === 'none' ? fill : color(fill)}"`,
    ...(line ? [`stroke="${color(line)}"`] : []),
  ];
  return ` class="${classes.join(' ')}" ${attributes.join(' ')}`;
}

function styles(theme: Theme): string {
  const colors = Object.keys(palette) as Color[];
  const properties = (side: 0 | 1) =>
    colors.map((name) => `--resnet-${name}:${palette[name][side]}`).join(';');
  const root = (side: 0 | 1) => `:where(.resnet-drawing){${properties(side)}}`;
  const rules = [
    root(theme === 'dark' ? 1 : 0),
    ...(theme === 'auto'
      ? [`@media (prefers-color-scheme:dark){${root(1)}}`, `@media print{${root(0)}}`]
      : []),
    ...colors.map((name) => `.resnet-drawing .f-${name}{fill:var(--resnet-${name})}`),
    ...colors.map((name) => `.resnet-drawing .l-${name}{stroke:var(--resnet-${name})}`),
  ];
  return rules.join('');
}

function heading({ title, parameters, multiplyAdds, nodes }: Drawing, width: number, theme: Theme): string[] {
  const input = nodes[0]?.outputShape.join('×') ?? '';
  const output = nodes.at(-1)?.outputShape.join('×') ?? '';
  const figures = `${input} → ${output} · ${showLarge(parameters)} parameters · ${showLarge(multiplyAdds)} multiply-adds`;
  const scale = 18 / textSizes.title;
  const fitted = fitText(title, 'title', (width - 2 * margin) / scale);
  return [
    `<text x="${margin}" y="30" font-size="18" font-weight="650"${paint('ink', theme)}>${escaped(fitted)}</text>`,
    `<text x="${margin}" y="48" font-size="${textSizes.figures}"${paint('muted', theme)}>${escaped(fitText(figures, 'figures', width - 2 * margin))}</text>`,
  ];
}

function formatGroup({ id, kind, description, ...box }: DrawnGroup, theme: Theme): string {
  const fill = kind === 'stage' ? 'stage' : 'block';
  return (
    `<g class="group ${kind}" data-id="${escaped(id)}"><title>${escaped(description)}</title>` +
    `<rect${paint(fill, theme, 'frame')} ${boxAttributes(box)} rx="${kind === 'stage' ? 10 : 8}"/></g>`
  );
}

const mainLast = (a: DrawnEdge, b: DrawnEdge) => Number(a.kind === 'main') - Number(b.kind === 'main');

const edgeColors = {
  main: 'wire',
  identity: 'identity',
  projection: 'projection',
  subsampled: 'subsampled',
} as const satisfies Record<DrawnEdge['kind'], Color>;

const dashes = {
  main: '',
  identity: '',
  projection: ' stroke-dasharray="5 3"',
  subsampled: ' stroke-dasharray="2 3"',
} as const satisfies Record<DrawnEdge['kind'], string>;

/** An arrow, from its tip. */
const arrows = {
  right: 'l-6.5 -3.5v7z',
  down: 'l-3.5 -6.5h7z',
  up: 'l-3.5 6.5h7z',
} as const satisfies Record<DrawnEdge['tip']['direction'], string>;

function formatEdge({ id, kind, from, to, path, tip, fork }: DrawnEdge, theme: Theme): string {
  const color = edgeColors[kind];
  const ends = `data-from="${escaped(from)}"${to === null ? '' : ` data-to="${escaped(to)}"`}`;
  const arrow = `M${tip.x} ${tip.y}${arrows[tip.direction]}`;
  const dot = fork === null ? '' : `<circle${paint(color, theme)} cx="${fork.x}" cy="${fork.y}" r="2.6"/>`;
  return (
    `<g class="edge ${kind}" data-id="${escaped(id)}" ${ends}>` +
    `<path${paint('none', theme, color)} stroke-width="${kind === 'main' ? 1.4 : 2}"${dashes[kind]} d="${path}"/>` +
    `<path${paint(color, theme)} d="${arrow}"/>${dot}</g>`
  );
}

function formatNode(node: DrawnNode, theme: Theme): string {
  const { id, kind, description, bars, ...box } = node;
  return (
    `<g class="node ${kind}" data-id="${escaped(id)}"><title>${escaped(description)}</title>` +
    `${shapeOf(kind, box, theme)}${bars.map((bar) => formatBar(bar, theme)).join('')}</g>`
  );
}

function shapeOf(kind: NodeKind, box: Pick<DrawnNode, 'x' | 'y' | 'width' | 'height'>, theme: Theme): string {
  if (kind === 'add' || kind === 'gate') return circle(kind, box, theme);
  if (kind === 'projection' || kind === 'subsampled') {
    const fill = kind === 'projection' ? 'conv' : 'input';
    return `<rect${paint(fill, theme, kind)} stroke-width="1.4" ${boxAttributes(box)} rx="4"/>`;
  }
  if (kind === 'block' || kind === 'part') {
    return `<rect${paint('surface', theme, 'frame')} ${boxAttributes(box)} rx="6"/>`;
  }
  const color = nodeColors[kind];
  return `<rect${paint(color, theme, `${color}-line`)} ${boxAttributes(box)} rx="5"/>`;
}

/** A circle with a + or a ×. */
function circle(kind: 'add' | 'gate', box: Pick<DrawnNode, 'x' | 'y' | 'width'>, theme: Theme): string {
  const r = box.width / 2;
  const [x, y, arm] = [tenth(box.x + r), tenth(box.y + r), tenth(r * (kind === 'add' ? 0.5 : 0.4))];
  const cross =
    kind === 'add'
      ? `M${tenth(x - arm)} ${y}h${2 * arm}M${x} ${tenth(y - arm)}v${2 * arm}`
      : `M${tenth(x - arm)} ${tenth(y - arm)}l${2 * arm} ${2 * arm}m0 ${-2 * arm}l${-2 * arm} ${2 * arm}`;
  const [fill, line] = kind === 'add' ? (['surface', 'ink'] as const) : (['act', 'act-line'] as const);
  const weight = ` stroke-width="${r < 6 ? 1 : 1.6}"`;
  return (
    `<circle${paint(fill, theme, line)}${weight} cx="${x}" cy="${y}" r="${r}"/>` +
    `<path${paint('none', theme, line)}${weight} d="${cross}"/>`
  );
}

function formatBar({ kind, ...box }: DrawnBar, theme: Theme): string {
  if (kind === 'gate') return circle(kind, box, theme);
  return `<rect${paint(kind, theme, `${kind}-line`)} ${boxAttributes(box)} rx="1.5"/>`;
}

const textColors = {
  title: 'ink',
  label: 'ink',
  caption: 'ink',
  figures: 'muted',
  shape: 'muted',
  shortcut: 'muted',
} as const satisfies Record<DrawnText['role'], Color>;

function formatText({ text, role, anchor, x, y, of }: DrawnText, theme: Theme): string {
  const weight = role === 'title' ? ' font-weight="600"' : '';
  const side = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return (
    `<text data-of="${escaped(of)}" x="${x}" y="${y}" font-size="${textSizes[role]}"${weight}${side} pointer-events="none"` +
    `${paint(textColors[role], theme)}>${escaped(text)}</text>`
  );
}

/** The key to the colors and wires that occur in the drawing, in as many lines as needed. */
function keyOf({ nodes, edges }: Drawing, width: number) {
  const kinds = new Set<string>([
    ...nodes.map(({ kind }) => kind),
    ...nodes.flatMap(({ bars }) => bars.map(({ kind }) => kind)),
    ...edges.map(({ kind }) => kind),
  ]);
  const entries = [
    ...keyWords.filter(([kind]) => kinds.has(kind)),
    ...(['identity', 'projection', 'subsampled'] as const)
      .filter((kind) => kinds.has(kind))
      .map((kind) => [kind, `${kind} shortcut`] as const),
  ];
  let x: number = margin;
  let y = 20;
  const lines = entries.map(([kind, words]) => {
    const room = 24 + textWidth(words, 'caption') + 18;
    if (x > margin && x + room > width) {
      x = margin;
      y += 20;
    }
    const at = { x, y };
    x += room;
    return (theme: Theme) => keyEntry(kind, words, at, theme);
  });
  return { lines, height: y - 20 + keyHeight };
}

function keyEntry(
  kind: keyof typeof nodeColors | ShortcutKind,
  words: string,
  { x, y }: { x: number; y: number },
  theme: Theme,
): string {
  const sample =
    kind === 'identity' || kind === 'projection' || kind === 'subsampled'
      ? `<path${paint('none', theme, kind)} stroke-width="2"${dashes[kind]} d="M${x} ${y - 4}h18"/>`
      : kind === 'gate'
        ? circle(kind, { x: x + 3, y: y - 10, width: 12 }, theme)
        : `<rect${paint(nodeColors[kind], theme, `${nodeColors[kind]}-line`)} x="${x}" y="${y - 10}" width="18" height="12" rx="3"/>`;
  return `${sample}<text x="${x + 24}" y="${y}" font-size="${textSizes.caption}"${paint('muted', theme)}>${words}</text>`;
}

function boxAttributes({ x, y, width, height }: Pick<DrawnNode, 'x' | 'y' | 'width' | 'height'>): string {
  return `x="${x}" y="${y}" width="${width}" height="${height}"`;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text and attribute values. XML forbids control characters and lone surrogates, which become U+FFFD. */
function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (each) => escapes[each] as string);
}
