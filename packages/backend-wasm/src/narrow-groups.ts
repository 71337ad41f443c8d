import type { GroupedConvolutionShape } from '@resnetjs/backend';
import { countOf, line, type Offsets, phasesOf, type Phase, table } from './convolution-plan.js';
import { addressOf } from './heap.js';
import type { Address, CorrelationSizes } from './microkernels.js';
import { type Finish, type Run, writeTable } from './run-plan.js';
import { floatsWorthwhile } from './threads/team.js';

/**
 * How a convolution in narrow groups and its gradients are computed: as correlations of a band of rows, whose channels are made
 * adjacent group by group (`assembly/groups.ts`). The input's gradient is, for each phase of the stride, a correlation of dy with
 * that phase's taps in reverse order.
 */

/** Most channels of a group for which this is faster than products of patches. */
const maxChannels = 64;

/** Whether the groups are narrow, and whole vectors. */
export function areNarrow({
  groups,
  inChannels,
  outChannels,
  outHeight,
  outWidth,
  batch,
}: GroupedConvolutionShape): boolean {
  const channels = [inChannels / groups, outChannels / groups];
  return (
    batch > 0 &&
    outHeight > 0 &&
    outWidth > 0 &&
    channels.every((count) => count > 0 && count % 4 === 0 && count <= maxChannels)
  );
}

/** A correlation of images [height, width, groups · into] with a filter of [filterHeight, filterWidth] taps. */
interface Correlation {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly groups: number;
  /** Channels of a group in the images. */
  readonly into: number;
  /** Channels of a group in the target. */
  readonly out: number;
  /** The outputs. */
  readonly rows: number;
  readonly columns: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly top: number;
  readonly left: number;
}

/** Where a correlation finds its filter, and writes its outputs; steps in floats. */
interface Places {
  /** By tap and channel of the images. */
  readonly filterDepths: Offsets;
  /** By channel of the target. */
  readonly filterColumns: Offsets;
  readonly filterGroup: number;
  readonly target: Readonly<Record<'start' | 'image' | 'row' | 'pixel', number>>;
}

interface Operands {
  readonly images: Address;
  readonly filter: Address;
  readonly target: Address;
  readonly finish?: Finish;
}

/** Writes y [batch, outHeight, outWidth, outChannels]. */
export function convolveNarrow(run: Run, shape: GroupedConvolutionShape, operands: Operands): void {
  const { outHeight, outWidth, outChannels } = shape;
  const correlation = correlationOf(shape);
  const { filterHeight, filterWidth, into, out } = correlation;
  correlate(run, correlation, operands, {
    filterDepths: line(filterHeight * filterWidth * into, outChannels),
    filterColumns: line(out, 1),
    filterGroup: out,
    target: {
      start: 0,
      image: outHeight * outWidth * outChannels,
      row: outWidth * outChannels,
      pixel: outChannels,
    },
  });
}

/** Writes dx [batch, height, width, inChannels]. */
export function narrowInputGradient(run: Run, shape: GroupedConvolutionShape, operands: Operands): void {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels, groups } = shape;
  const { strideHeight, strideWidth, filterWidth } = shape;
  const [into, out] = [outChannels / groups, inChannels / groups];
  const phases = phasesOf(shape);
  const row = width * inChannels;
  const tap = out * outChannels;
  const pairs = phases.rows.flatMap((down) => phases.columns.map((across) => [down, across] as const));
  const reached = pairs.filter(([down, across]) => down.taps > 0 && across.taps > 0);
  if (reached.length < pairs.length)
    run.team.share('zero', [operands.target], batch * height * row, floatsWorthwhile);
  for (const [down, across] of reached) {
    const correlation = {
      ...{ batch, groups, into, out, height: outHeight, width: outWidth },
      ...{ rows: down.inputs, columns: across.inputs, filterHeight: down.taps, filterWidth: across.taps },
      ...{
        strideHeight: 1,
        strideWidth: 1,
        dilationHeight: down.outputStep,
        dilationWidth: across.outputStep,
      },
      ...{ top: before(down), left: before(across) },
    };
    const [rowStep, columnStep] = [down.tapStep * filterWidth * tap, across.tapStep * tap];
    correlate(run, correlation, operands, {
      filterDepths: table(
        [down.taps, across.taps, into],
        [-rowStep, -columnStep, 1],
        (down.firstTap * filterWidth + across.firstTap) * tap +
          (down.taps - 1) * rowStep +
          (across.taps - 1) * columnStep,
      ),
      filterColumns: line(out, outChannels),
      filterGroup: into,
      target: {
        start: down.first * row + across.first * inChannels,
        image: height * row,
        row: strideHeight * row,
        pixel: strideWidth * inChannels,
      },
    });
  }
}

/** The zeros that a phase reads before the outputs. */
function before({ taps, outputStep, reach }: Phase): number {
  return (taps - 1) * outputStep - reach;
}

/** Writes dFilter [filterHeight, filterWidth, inChannels / groups, outChannels]. */
export function narrowFilterGradient(
  { team, allocate }: Run,
  shape: GroupedConvolutionShape,
  { x, dy, target }: Readonly<Record<'x' | 'dy' | 'target', Address>>,
): void {
  const correlation = correlationOf(shape);
  const { batch, height, width, groups, into, out, columns } = correlation;
  const { blockGroups, bandRows } = blocking(correlation);
  const bytesEach = packedBytes(correlation) + 4 * blockGroups * bandRows * columns * out;
  team.share(
    'groupFilterGradients',
    [target, x, dy, batch, height, width, groups, into, out, blockGroups, ...sizesOf(correlation)],
    Math.ceil(groups / blockGroups),
    1,
    { address: allocate(bytesEach * team.threads), bytesEach },
  );
}

function correlationOf(shape: GroupedConvolutionShape): Correlation {
  const { groups, inChannels, outChannels, outHeight, outWidth } = shape;
  return {
    ...shape,
    into: inChannels / groups,
    out: outChannels / groups,
    rows: outHeight,
    columns: outWidth,
  };
}

function correlate(
  run: Run,
  correlation: Correlation,
  { images, filter, target, finish }: Operands,
  { filterDepths, filterColumns, filterGroup, target: to }: Places,
): void {
  const { backend, team, allocate } = run;
  const { batch, height, width, groups, into, out, rows, columns, strideHeight, strideWidth } = correlation;
  const depth = countOf(filterDepths);
  const packed = allocate(4 * groups * depth * out);
  team.share(
    'packGroups',
    [
      packed,
      filter + 4 * filterDepths.start,
      writeTable(run, filterDepths),
      writeTable(run, filterColumns),
      depth,
      out,
      4 * filterGroup,
    ],
    groups,
    Math.ceil(floatsWorthwhile / (depth * out)),
  );
  const { blockGroups, bandRows } = blocking(correlation);
  const packedWidth = windowOf(correlation, bandRows).columns;
  const outputs = [1, bandRows, columns] as const;
  const bytesEach = packedBytes(correlation);
  team.share(
    'correlateGroups',
    [
      target + 4 * to.start,
      images,
      packed,
      writeTable(run, table(outputs, [0, strideHeight * packedWidth * into, strideWidth * into])),
      writeTable(run, table(outputs, [0, to.row, to.pixel])),
      height,
      width,
      groups,
      into,
      out,
      blockGroups,
      ...sizesOf(correlation),
      4 * to.image,
      4 * to.row,
      finish?.bias ? addressOf(backend, finish.bias) : 0,
      finish?.lowest ?? -Infinity,
      finish?.highest ?? Infinity,
    ],
    batch * Math.ceil(rows / bandRows) * Math.ceil(groups / blockGroups),
    1,
    { address: allocate(bytesEach * team.threads), bytesEach },
  );
}

/** Output pixels of a band: enough to use a packed filter often, and few enough that the band stays in the cache. */
const bandPixels = 256;

/** The rows of a band, and the groups of a block, whose channels fill a cache line of 16 floats. */
function blocking({ rows, columns, groups, into }: Correlation): { blockGroups: number; bandRows: number } {
  const bands = Math.ceil(rows / Math.ceil(bandPixels / columns));
  return { blockGroups: Math.min(Math.ceil(16 / into), groups), bandRows: Math.ceil(rows / bands) };
}

/** The rows and columns of the images that a band of outputs reads. */
function windowOf(c: Correlation, bandRows: number): { rows: number; columns: number } {
  return {
    rows: (bandRows - 1) * c.strideHeight + (c.filterHeight - 1) * c.dilationHeight + 1,
    columns: (c.columns - 1) * c.strideWidth + (c.filterWidth - 1) * c.dilationWidth + 1,
  };
}

function packedBytes(correlation: Correlation): number {
  const { blockGroups, bandRows } = blocking(correlation);
  const { rows, columns } = windowOf(correlation, bandRows);
  return 4 * blockGroups * rows * columns * correlation.into;
}

function sizesOf(c: Correlation): CorrelationSizes {
  return [
    c.rows,
    c.columns,
    blocking(c).bandRows,
    c.filterHeight,
    c.filterWidth,
    c.strideHeight,
    c.strideWidth,
    c.dilationHeight,
    c.dilationWidth,
    c.top,
    c.left,
  ];
}
