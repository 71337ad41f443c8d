import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { convolutionalBlock, identityBlock, basicBlock } from '../blocks/residual.js';
import { preActivationBlock } from '../blocks/pre-activation.js';
import type { Network, Residual } from '../network/types.js';
import { walk } from '../network/walk.js';
import { createNetwork } from '../networks/catalogue.js';
import { courseResNet50 } from '../networks/course.js';
import { preactResNet } from '../networks/preact.js';
import { plainNetwork } from '../rewrite/plain.js';
import { multiplyAdds } from '../inspect/cost.js';
import { type DrawOptions, drawNetwork } from './draw-network.js';
import type { Box, Drawing } from './drawing.js';
import { formatSvg } from './format-svg.js';
import { fitText, textWidth } from './text.js';

const norm = {
  op: 'norm',
  epsilon: 1e-3,
  momentum: 0.99,
  scaleInitializer: { kind: 'ones' },
  runningVariance: 'biased',
} as const;
/** The shortcut has more layers than the branch. */
const longShortcut: Residual = {
  op: 'residual',
  preact: [norm, { op: 'act', activation: 'relu' }],
  branch: [],
  shortcut: [norm, norm, norm],
  shortcutFrom: 'preact',
  postact: [],
};
const empty: Residual = { ...longShortcut, preact: [], shortcut: null };
const gatedStem: Network = {
  ...asNetwork(empty, [4, 4, 3]),
  stem: [
    norm,
    {
      op: 'gate',
      gate: [
        { op: 'globalPool', keepDims: true },
        { op: 'act', activation: 'sigmoid' },
      ],
    },
  ],
};
const hostile = `"></title><script>alert('&')</script>\u0000${'層'.repeat(60)}`;

const alone = { block: { stage: 0, block: 0 } };
const cases: readonly (readonly [name: string, network: Network, options?: DrawOptions])[] = [
  ['course/resnet50', courseResNet50()],
  ['course/resnet50 in one row', courseResNet50(), { width: Number.POSITIVE_INFINITY }],
  ['course/resnet50 in narrow rows', courseResNet50(), { width: 1 }],
  ['course/resnet50 on a phone, all open', courseResNet50(), { width: 340, detail: 'layers' }],
  ['its plain twin on a phone, all open', plainNetwork(courseResNet50()), { width: 340, detail: 'layers' }],
  ['preact/resnet on a phone, all open', preactResNet(), { width: 340, detail: 'layers' }],
  ['course/resnet50, layers', courseResNet50(), { detail: 'layers' }],
  [
    'course/resnet50, some open',
    courseResNet50(),
    { open: ['stem', 'stage2.block0', 'stage2.block5', 'head'] },
  ],
  ['course/resnet50, plain', plainNetwork(courseResNet50())],
  ['course/resnet50, plain, layers', plainNetwork(courseResNet50()), { detail: 'layers' }],
  ['course/resnet50, one block', courseResNet50(), { block: { stage: 2, block: 0 } }],
  ['preact/resnet', preactResNet()],
  ['preact/resnet, layers', preactResNet({ finalConv: true }), { detail: 'layers' }],
  ['preact/resnet without stages', preactResNet({ blocks: 0 })],
  ['1000 stages', preactResNet({ blocks: 1000 })],
  ['resnet18', createNetwork('resnet18')],
  ['resnet152 on a phone', createNetwork('resnet152'), { width: 300 }],
  ['resnext50_32x4d, layers', createNetwork('resnext50_32x4d'), { detail: 'layers' }],
  ['resnet50d, dilated, layers', createNetwork('resnet50d', { outputStride: 8 }), { detail: 'layers' }],
  ['seresnet50', createNetwork('seresnet50')],
  ['seresnet50, layers', createNetwork('seresnet50', { stochasticDepth: 0.1 }), { detail: 'layers' }],
  ['seresnet50 on a phone, all open', createNetwork('seresnet50'), { width: 300, detail: 'layers' }],
  ['seresnet50, one block', createNetwork('seresnet50'), { block: { stage: 1, block: 0 } }],
  ['keras/resnet50v2, layers', createNetwork('keras/resnet50v2'), { detail: 'layers' }],
  ['cifar/resnet20', createNetwork('cifar/resnet20')],
  ['cifar/resnet20, layers', createNetwork('cifar/resnet20'), { detail: 'layers' }],
  ['cifar/preresnet110 on a phone', createNetwork('cifar/preresnet110'), { width: 300 }],
  ['a gate in a stem', gatedStem, { detail: 'layers' }],
  ['identity', asNetwork(identityBlock({ kernelSize: 2, filters: [4, 4, 3] }), [4, 4, 3]), alone],
  ['two layers', asNetwork(basicBlock({ kernelSize: 3, filters: [3, 3] }), [4, 4, 3]), alone],
  ['convolutional', asNetwork(convolutionalBlock({ kernelSize: 2, filters: [2, 4, 6] }), [4, 4, 3]), alone],
  ['pre-activation', asNetwork(preActivationBlock({ filters: [2, 4, 3] }), [4, 4, 3]), alone],
  ['a long shortcut', asNetwork(longShortcut, [4, 4, 3]), alone],
  ['a long shortcut, closed', asNetwork(longShortcut, [4, 4, 3])],
  ['nothing but an empty block', asNetwork(empty, [4, 4, 3])],
  [
    'names that could do harm',
    { ...courseResNet50({ inputName: hostile }), name: hostile },
    { detail: 'layers' },
  ],
];

/** For boxes, which must not overlap; some wires and texts come close to their neighbors. */
function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

const inside = (inner: Box, outer: Box) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

const complete = cases.map(([name, network, options = {}]) => [name, network, options] as const);

describe.each(complete)('%s', (_, network, options) => {
  const drawing = drawNetwork(network, options);
  const { nodes, groups, edges, texts } = drawing;
  const paper = { x: 0, y: 0, width: drawing.width, height: drawing.height };
  const isWhole = options.block === undefined;

  it('shows every layer once, with its cost', () => {
    const shown = nodes.flatMap(({ nodes, kind }) => (kind === 'block' ? [] : nodes));
    const blocks = nodes.flatMap(({ nodes, kind }) => (kind === 'block' ? nodes : []));
    const all = new Set([...shown, ...blocks]);
    expect(new Set(shown).size).toBe(shown.length);
    expect(new Set(blocks).size).toBe(blocks.length);
    if (!isWhole) return;
    expect(all.size).toBe(walk(network).length);
    const projections = nodes.filter(({ kind }) => kind === 'projection');
    const cost = (of: Drawing['nodes']) => of.reduce((sum, node) => sum + node.multiplyAdds, 0);
    expect(cost(nodes) - cost(projections)).toBe(multiplyAdds(network));
    expect(drawing.multiplyAdds).toBe(multiplyAdds(network));
  });

  it('has unique ids, and wires between existing nodes', () => {
    const ids = [...nodes, ...groups].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(edges.map(({ id }) => id)).size).toBe(edges.length);
    const known = new Set(ids);
    for (const { from, to } of edges) expect(known.has(from) && (to === null || known.has(to))).toBe(true);
    for (const { of } of texts) expect(known.has(of)).toBe(true);
    for (const { group } of [...nodes, ...groups]) expect(group === null || known.has(group)).toBe(true);
    const reached = new Set(edges.map(({ to }) => to));
    for (const { id, kind } of nodes) if (kind !== 'input') expect(reached.has(id)).toBe(true);
    expect(edges.filter(({ to }) => to === null)).toHaveLength(1);
  });

  it('places boxes on the paper and in their groups, without overlaps', () => {
    const boxes = new Map([...nodes, ...groups].map((each) => [each.id, each]));
    for (const each of boxes.values()) {
      expect(inside(each, (each.group === null ? paper : boxes.get(each.group)) as Box)).toBe(true);
      for (const bar of 'bars' in each ? each.bars : []) expect(inside(bar, each)).toBe(true);
    }
    const overlapping = (all: readonly (Box & { readonly id: string })[]) =>
      all.flatMap((one, index) =>
        all.slice(index + 1).flatMap((other) => (overlap(one, other) ? [`${one.id} and ${other.id}`] : [])),
      );
    expect(overlapping(nodes)).toEqual([]);
    expect(overlapping(groups.filter(({ kind }) => kind === 'stage'))).toEqual([]);
    for (const { text, role, anchor, x, y } of texts) {
      const width = textWidth(text, role);
      const left = { start: x, middle: x - width / 2, end: x - width }[anchor];
      expect(inside({ x: left, y: y - 10, width, height: 12 }, paper), text).toBe(true);
    }
  });

  it('becomes an SVG document in which every tag is closed and nothing is loaded from outside', () => {
    const svg = formatSvg(drawing);
    const open: string[] = [];
    for (const [, end, name, rest] of svg.matchAll(/<(\/?)([a-z]+)((?:[^>"]|"[^"]*")*)>/g)) {
      if (end) expect(open.pop()).toBe(name);
      else if (!rest?.endsWith('/')) open.push(name as string);
    }
    expect(open).toEqual([]);
    expect(svg).not.toMatch(/<script|<image|<use|href|url\(|@import|on[a-z]+="/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg).not.toContain('\u0000');
    expect(svg.match(/https?:\/\/[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
    for (const { id } of [...nodes, ...groups, ...edges]) expect(svg).toContain(`data-id="${id}"`);
  });
});

describe('the names of closed blocks', () => {
  const overlapping = (network: Network, width: number) => {
    const drawing = drawNetwork(network, { width });
    const blocks = new Set(drawing.nodes.flatMap(({ id, kind }) => (kind === 'block' ? [id] : [])));
    const names = drawing.texts.filter(({ of }) => blocks.has(of));
    const boxes = names.map(({ text, role, x, y }): Box => {
      const wide = textWidth(text, role);
      return { x: x - wide / 2, y: y - 10, width: wide, height: 12 };
    });
    return boxes.flatMap((box, index) =>
      boxes.slice(index + 1).flatMap((other) => (overlap(box, other) ? [names[index]?.text] : [])),
    );
  };

  it.each(['resnet152', 'keras/resnet50', 'keras/resnet152v2', 'cifar/resnet110'] as const)(
    'of %s stand apart, and those of its plain twin',
    (name) => {
      for (const network of [createNetwork(name), plainNetwork(createNetwork(name))]) {
        for (const width of [300, 1000]) expect(overlapping(network, width)).toEqual([]);
      }
    },
  );
});

describe('drawNetwork', () => {
  const kinds = (drawing: Drawing) =>
    drawing.edges.filter(({ fork }) => fork !== null).map(({ kind }) => kind);

  it('distinguishes projection and identity shortcuts, and draws none for plain blocks', () => {
    const counts = (drawing: Drawing) =>
      ['identity', 'projection'].map((kind) => kinds(drawing).filter((each) => each === kind).length);
    expect(counts(drawNetwork(courseResNet50()))).toEqual([12, 4]);
    expect(counts(drawNetwork(courseResNet50(), { detail: 'layers' }))).toEqual([12, 4]);
    expect(counts(drawNetwork(plainNetwork(courseResNet50()), { detail: 'layers' }))).toEqual([0, 0]);
  });

  it('keeps a block’s id, open or closed', () => {
    const id = 'stage1.block2';
    const closed = drawNetwork(courseResNet50());
    const open = drawNetwork(courseResNet50(), { open: [id] });
    const node = closed.nodes.find((each) => each.id === id);
    const group = open.groups.find((each) => each.id === id);
    expect(group).toMatchObject({ kind: 'block', description: node?.description, nodes: node?.nodes });
    expect(open.nodes.some((each) => each.id === 'stage1.block2.branch.3')).toBe(true);
    expect(node?.description).toBe(
      'block 3c, with an identity shortcut: 8×8×512 → 8×8×512, 282,368 parameters, 17,825,792 multiply-adds',
    );
  });

  it('draws the assignment’s Figure 5: both paths begin at the input and meet in the addition', () => {
    const network = asNetwork(convolutionalBlock({ kernelSize: 3, filters: [2, 4, 6] }), [4, 4, 3]);
    const { nodes, edges } = drawNetwork(network, alone);
    expect(
      nodes
        .map(({ kind }) => kind)
        .sort()
        .join(' '),
    ).toBe('act act act add conv conv conv conv input norm norm norm norm');
    const from = (id: string, kind: string) =>
      edges.find((edge) => edge.from === id && edge.kind === kind)?.to;
    expect(from('input', 'main')).toBe('stage0.block0.branch.0');
    expect(from('input', 'projection')).toBe('stage0.block0.shortcut.0');
    expect(from('stage0.block0.branch.7', 'main')).toBe('stage0.block0.add.0');
    expect(from('stage0.block0.shortcut.1', 'projection')).toBe('stage0.block0.add.0');
  });

  it('draws a gate as a path beside the wire that multiplies what it carries', () => {
    const { nodes, edges } = drawNetwork(createNetwork('seresnet50'), { open: ['stage1.block0'] });
    const gate = 'stage1.block0.branch.8';
    expect(nodes.find(({ id }) => id === gate)).toMatchObject({ kind: 'gate', type: 'Multiply' });
    const into = edges.filter(({ to }) => to === gate);
    expect(into.map(({ from, tip }) => [from, tip.direction])).toEqual([
      ['stage1.block0.branch.7', 'right'],
      [`${gate}.gate.4`, 'up'],
    ]);
    expect(edges.find(({ to }) => to === `${gate}.gate.0`)).toMatchObject({ from: 'stage1.block0.branch.7' });
    const closed = nodes.filter(({ kind }) => kind === 'block');
    for (const { bars } of closed) {
      expect(bars.map(({ kind }) => kind)).toEqual(['conv', 'conv', 'conv', 'gate']);
    }
  });

  it('tells subsampled shortcuts from projections', () => {
    const edgesOf = (drawing: Drawing) => kinds(drawing).filter((kind) => kind !== 'identity');
    const optionA = drawNetwork(createNetwork('cifar/resnet20'));
    expect(edgesOf(optionA)).toEqual(['subsampled', 'subsampled']);
    expect(optionA.description).toContain(
      'with 7 identity shortcuts, 0 projection shortcuts and 2 subsampled shortcuts',
    );
    expect(formatSvg(optionA)).toContain('subsampled shortcut');
    expect(edgesOf(drawNetwork(createNetwork('cifar/resnet20', { shortcut: 'B' })))).toEqual([
      'projection',
      'projection',
    ]);
    expect(edgesOf(drawNetwork(createNetwork('cifar/resnet20', { shortcut: 'C' })))).toHaveLength(9);
  });

  it('says groups, dilation, gates and stochastic depth', () => {
    const textsOf = (...args: Parameters<typeof drawNetwork>) =>
      drawNetwork(...args).texts.map(({ text }) => text);
    expect(textsOf(createNetwork('resnext50_32x4d'))).toContain('3×3, 128, 32 groups');
    expect(textsOf(createNetwork('seresnet50'))).toContain('gate, [16, 256]');
    expect(textsOf(createNetwork('resnet50', { outputStride: 8 }))).toContain('3×3, 512, dilation 4');
    const deep = createNetwork('resnet18', { stochasticDepth: 0.2 });
    const last = textsOf(deep, { open: ['stage3.block1'] });
    expect(last.slice(last.indexOf('stochastic depth')).slice(0, 2)).toEqual(['stochastic depth', '0.2']);
  });

  it.each(['stem', 'stage0.block0', 'stage0.block1', 'stage3.block2', 'head'])(
    'draws %s of seresnet50 open within a phone’s width',
    (id) => {
      expect(drawNetwork(createNetwork('seresnet50'), { width: 340, open: [id] }).width).toBeLessThanOrEqual(
        358,
      );
    },
  );

  it('fits course/resnet50 on A4 paper and on a wide screen', () => {
    const paper = drawNetwork(courseResNet50());
    expect(paper.width).toBeLessThanOrEqual(1080);
    expect(paper.height / paper.width).toBeLessThan(0.6);
    const wide = drawNetwork(courseResNet50(), { width: Number.POSITIVE_INFINITY });
    expect(new Set(wide.nodes.filter(({ kind }) => kind === 'add').map(({ y }) => y)).size).toBe(1);
  });

  it.each(['stem', 'stage0.block0', 'stage0.block1', 'stage2.block1'])(
    'draws %s open within a phone’s width',
    (id) => {
      expect(drawNetwork(courseResNet50(), { width: 340, open: [id] }).width).toBeLessThanOrEqual(358);
    },
  );

  it('draws wires of horizontal and vertical segments alone, in lines too', () => {
    for (const { path } of drawNetwork(courseResNet50(), { width: 340, detail: 'layers' }).edges) {
      const ends = [...path.matchAll(/[ML]([-\d.]+) ([-\d.]+)(?:Q[-\d.]+ [-\d.]+ ([-\d.]+) ([-\d.]+))?/g)];
      ends.slice(1).forEach(([, x, y], index) => {
        const [, beforeX, beforeY, turnedX = beforeX, turnedY = beforeY] = ends[index] as RegExpExecArray;
        expect(x === turnedX || y === turnedY, path).toBe(true);
      });
    }
  });

  it('spreads layers evenly over lines, and puts what follows the addition beside it', () => {
    const { nodes } = drawNetwork(createNetwork('resnet18d'), { width: 620, open: ['stage1.block0'] });
    const inside = nodes.filter(({ group, kind }) => group === 'stage1.block0' && kind !== 'add');
    const levels = inside.map(({ y, height }) => Math.round(y + height / 2));
    const counts = [...new Set(levels)].map((level) => levels.filter((each) => each === level).length);
    // The shortcut's three; the branch's five, in two lines; and beside the second the activation.
    expect(counts.sort()).toEqual([2, 3, 4]);
  });

  it('rejects blocks that do not exist, and invalid widths', () => {
    const network = courseResNet50();
    expect(() => drawNetwork(network, { block: { stage: 4, block: 0 } })).toThrow(
      'course/resnet50 has no part stage4.block0 to draw: its stages have 3, 4, 6, 3 blocks, and ids start at stage0.block0.',
    );
    expect(() => drawNetwork(network, { open: ['stage0'] })).toThrow('no part stage0 to draw');
    expect(() => drawNetwork(network, { width: Number.NaN })).toThrow("A drawing's width is NaN");
  });
});

describe('formatSvg', () => {
  const drawing = drawNetwork(preactResNet());

  it('has a title and a description for screen readers', () => {
    const svg = formatSvg(drawing, { idPrefix: 'left' });
    expect(svg).toContain('role="img" aria-labelledby="left-title" aria-describedby="left-description"');
    expect(svg).toContain('<title id="left-title">preact/resnet</title>');
    expect(svg).toContain(
      'A residual network from 32×32×3 to 5: 5 blocks in 5 stages, with 5 identity shortcuts',
    );
  });

  it("follows the reader's color scheme, unless it has a theme", () => {
    expect(formatSvg(drawing)).toMatch(/@media \(prefers-color-scheme:dark\).*@media print/);
    expect(formatSvg(drawing, { theme: 'light' })).not.toContain('@media');
    expect(formatSvg(drawing, { theme: 'dark' })).not.toBe(formatSvg(drawing, { theme: 'light' }));
  });

  it('leaves out heading and key with words: false', () => {
    const svg = formatSvg(drawing, { words: false });
    expect(svg).toContain(`viewBox="0 0 ${drawing.width} ${drawing.height}"`);
    expect(svg).not.toContain('batch normalization');
  });
});

describe('fitText', () => {
  it('leaves a text that fits as it is, and shortens one that does not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 20, max: 300 }), (text, width) => {
        const fitted = fitText(text, 'label', width);
        expect(textWidth(fitted, 'label')).toBeLessThanOrEqual(width);
        if (textWidth(text, 'label') <= width) expect(fitted).toBe(text);
      }),
      { seed: 20151210 },
    );
  });
});
