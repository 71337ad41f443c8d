import { type DataId, type TensorInfo, util } from '@tensorflow/tfjs-core';
import {
  countOf,
  splitProduct,
  type Offsets,
  type Padding,
  type Plan,
  type Product,
} from './convolution-plan.js';
import { addressOf, computeOutput, type KernelContext } from './heap.js';
import type { Address } from './microkernels.js';
import { floatsWorthwhile } from './threads/team.js';

/** What is applied to each finished sum of a product: a bias per column of all groups, an addend, and a range to clamp to. */
export interface Finish {
  readonly bias: TensorInfo | null;
  /** Of the target's shape. */
  readonly addend?: TensorInfo;
  readonly lowest: number;
  readonly highest: number;
}

interface PlanInputs {
  /** [batch, height, width, channels] */
  readonly image: TensorInfo;
  /** The right matrix. */
  readonly right: TensorInfo;
  /** Whether it may be kept as the product reads it, if it comes again: a filter may. */
  readonly keep?: boolean;
  readonly finish?: Finish | undefined;
}

/** A kernel's context, and memory that is freed at the end of the call. */
export interface Run extends KernelContext {
  readonly allocate: (bytes: number) => Address;
}

/** A float32 array in the heap. */
interface Place {
  readonly address: Address;
  readonly shape: readonly number[];
}

interface PlanPlaces {
  /** [batch, height, width, channels] */
  readonly image: Place;
  readonly right: Address;
  /** The tensor of the right matrix, if it may be kept as the product reads it. */
  readonly kept?: DataId | undefined;
  readonly target: Place;
  readonly finish?: Finish | undefined;
}

/** Computes a plan into a new tensor of the given shape. */
export function runPlan(
  context: KernelContext,
  plan: Plan,
  { image, right, keep = false, finish }: PlanInputs,
  outputShape: readonly number[],
): TensorInfo {
  const { backend } = context;
  const from = {
    image: { address: addressOf(backend, image), shape: image.shape },
    right: addressOf(backend, right),
    kept: keep ? right.dataId : undefined,
    finish,
  };
  return computeOutput(backend, outputShape, (address, allocate) =>
    computePlan({ ...context, allocate }, plan, { ...from, target: { address, shape: outputShape } }),
  );
}

/** Writes all of the target. */
export function computePlan(run: Run, plan: Plan, places: PlanPlaces): void {
  switch (plan.kind) {
    case 'zeros':
      zero(run, places.target);
      break;
    case 'product':
      multiply(run, plan.product, operandsOf(run, places, plan.padding));
      break;
    case 'phases': {
      if (plan.gaps) zero(run, places.target);
      const operands = operandsOf(run, places, plan.padding);
      for (const product of plan.products) multiply(run, product, operands);
    }
  }
}

function zero({ team }: Run, { address, shape }: Place): void {
  team.share('zero', [address], util.sizeFromShape([...shape]), floatsWorthwhile);
}

function operandsOf(
  run: Run,
  { image, right, kept, target, finish }: PlanPlaces,
  padding: Padding | null,
): Operands {
  const left = padding === null ? image.address : pad(run, image, padding);
  return { left, right, kept, target: target.address, finish };
}

/** A copy of the image, padded with zeros: [batch, padded.height, padded.width, channels]. */
function pad({ team, allocate }: Run, { address, shape }: Place, padded: Padding): Address {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  const copy = allocate(4 * batch * padded.height * padded.width * channels);
  team.share(
    'padImages',
    [copy, address, height, width, channels, padded.top, padded.left, padded.height, padded.width, 1],
    batch * padded.height,
    Math.ceil(floatsWorthwhile / (padded.width * channels)),
  );
  return copy;
}

interface Operands {
  readonly left: Address;
  readonly right: Address;
  readonly kept: DataId | undefined;
  readonly target: Address;
  readonly finish: Finish | undefined;
}

function multiply(run: Run, product: Product, { left, right, kept, target, finish }: Operands): void {
  const { backend, filters, microkernels, team, allocate } = run;
  const rows = countOf(product.leftRows);
  const columns = countOf(product.rightColumns);
  const depth = countOf(product.leftDepths);
  if (rows === 0 || columns === 0 || depth === 0) return;
  const { groups } = product;
  const parts = splitProduct({ rows, columns, depth, groups: groups.count }, team.threads);
  const rightStep = 4 * groups.right;
  const rightStart = right + 4 * product.rightDepths.start;
  const rightDepths = writeTable(run, product.rightDepths);
  const rightColumns = writeTable(run, product.rightColumns);
  const packedBytes = groups.count * microkernels.packRightBytes(columns, depth);
  const pack = (to: Address) => {
    const pieces = groups.count * microkernels.packRightItems(columns, depth);
    team.share(
      'packRight',
      [to, rightStart, rightDepths, rightColumns, depth, columns, rightStep],
      pieces,
      1,
    );
  };
  let packed = 0;
  if (kept !== undefined) {
    const layout = JSON.stringify([product.rightDepths, product.rightColumns, groups.count]);
    packed = filters.find(kept, layout, packedBytes, pack);
  }
  if (packed === 0 && parts.packFirst) {
    packed = allocate(packedBytes);
    pack(packed);
  }
  const bytesEach = microkernels.multiplyScratchBytes(parts.rows, parts.columns, depth);
  team.share(
    'multiply',
    [
      left + 4 * product.leftRows.start,
      writeTable(run, product.leftRows),
      writeTable(run, product.leftDepths),
      rightStart,
      rightDepths,
      rightColumns,
      packed,
      target + 4 * product.targetRows.start,
      writeTable(run, product.targetRows),
      depth,
      finish !== undefined,
      finish?.bias ? addressOf(backend, finish.bias) : 0,
      finish?.addend ? addressOf(backend, finish.addend) + 4 * product.targetRows.start : 0,
      finish?.lowest ?? 0,
      finish?.highest ?? 0,
      rows,
      columns,
      parts.rows,
      parts.columns,
      4 * groups.left,
      rightStep,
      4 * groups.target,
    ],
    groups.count * Math.ceil(rows / parts.rows) * Math.ceil(columns / parts.columns),
    1,
    { address: allocate(bytesEach * team.threads), bytesEach },
  );
}

/** A table of all offsets, in bytes, without the start. */
export function writeTable({ microkernels, allocate }: Run, offsets: Offsets): Address {
  const [n0, n1, n2] = offsets.counts;
  const [s0, s1, s2] = offsets.steps;
  const address = allocate(4 * countOf(offsets));
  microkernels.fillOffsets(address, n0, 4 * s0, n1, 4 * s1, n2, 4 * s2);
  return address;
}
