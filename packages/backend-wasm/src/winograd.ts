import type { ConvolutionShape } from '@resnetjs/backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { line } from './convolution-plan.js';
import { addressOf, computeOutput, type KernelContext } from './heap.js';
import type { Address } from './microkernels.js';
import { type Finish, type Run, writeTable } from './run-plan.js';

// F(2×2, 3×3) after Lavin and Gray (2016): assembly/winograd.ts. docs/wasm-kernels.md has the measurements behind what follows.

/** Positions of a transformed tile. */
const positions = 16;
/** With fewer channels, transforming them takes longer than it saves. */
const fewestChannels = 16;
/** Bytes of a band's transformed tiles, before and after the products: they stay in the second cache. */
const bandBytes = 400_000;
const fewestTiles = 16;
const mostTiles = 128;
/** Bands, or parts of them, for each thread, so that others take over from one that is delayed. */
const itemsPerThread = 4;

/** Whether a convolution is computed by tiles: the same for any number of threads, and whether or not its filter is prepared. */
export function suitsWinograd(shape: ConvolutionShape): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, inChannels, outChannels } = shape;
  const isThree = filterHeight === 3 && filterWidth === 3 && strideHeight === 1 && strideWidth === 1;
  const isWide = [inChannels, outChannels].every((each) => each % 4 === 0 && each >= fewestChannels);
  return isThree && isWide && positions * tilesOf(shape) < 0.75 * 9 * pixelsOf(shape);
}

const pixelsOf = ({ batch, outHeight, outWidth }: ConvolutionShape) => batch * outHeight * outWidth;
const tilesOf = ({ batch, outHeight, outWidth }: ConvolutionShape) =>
  batch * Math.ceil(outHeight / 2) * Math.ceil(outWidth / 2);

/** The convolution of dy that gives the gradient of x where the stride is 1: with the filter turned, from its outputs to its inputs. */
export function turnedShape(shape: ConvolutionShape): ConvolutionShape {
  const { height, width, inChannels, outHeight, outWidth, outChannels, top, left } = shape;
  const { filterHeight, filterWidth } = shape;
  return {
    ...shape,
    ...{ height: outHeight, width: outWidth, inChannels: outChannels },
    ...{ outHeight: height, outWidth: width, outChannels: inChannels },
    ...{ top: filterHeight - 1 - top, left: filterWidth - 1 - left },
  };
}

interface WinogradInputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly turned?: boolean;
  readonly finish?: Finish | undefined;
}

/**
 * x convolved with a filter that `suitsWinograd`, and finished. With `turned`, the shape is a `turnedShape`, and the filter that
 * of the convolution.
 */
export function runWinograd(
  context: KernelContext,
  shape: ConvolutionShape,
  { x, filter, turned = false, finish }: WinogradInputs,
): TensorInfo {
  const { backend } = context;
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels, top, left } = shape;
  return computeOutput(backend, [batch, outHeight, outWidth, outChannels], (target, allocate) => {
    const run = { ...context, allocate };
    const { microkernels, team } = run;
    const packed = preparedFilter(run, shape, { filter, turned });
    const fitting = bandBytes / (4 * positions * (inChannels + outChannels));
    const tiles = 4 * Math.ceil(Math.min(mostTiles, Math.max(fewestTiles, fitting)) / 4);
    const bands = Math.ceil(tilesOf(shape) / tiles);
    const parts = team.threads === 1 ? 1 : Math.ceil((itemsPerThread * team.threads) / bands);
    const partOut = 16 * Math.ceil(Math.max(outChannels / parts, 32) / 16);
    const bytesEach = microkernels.winogradScratchBytes(tiles, inChannels, outChannels);
    team.share(
      'winograd',
      [
        ...([target, addressOf(backend, x), packed] as const),
        writeTable(run, line(tiles, inChannels)),
        writeTable(run, line(inChannels, 1)),
        writeTable(run, line(tiles, outChannels)),
        ...([batch, height, width, inChannels, outHeight, outWidth, outChannels, top, left] as const),
        ...([tiles, partOut] as const),
        finish?.bias ? addressOf(backend, finish.bias) : 0,
        finish?.addend ? addressOf(backend, finish.addend) : 0,
        finish?.lowest ?? -Infinity,
        finish?.highest ?? Infinity,
      ],
      bands * Math.ceil(outChannels / partOut),
      1,
      { address: allocate(bytesEach * team.threads), bytesEach },
    );
  });
}

/** The filter, transformed and packed: kept with its tensor, or for this call. */
function preparedFilter(
  run: Run,
  { inChannels, outChannels }: ConvolutionShape,
  { filter, turned }: { readonly filter: TensorInfo; readonly turned: boolean },
): Address {
  const { backend, microkernels, team, filters, allocate } = run;
  const bytes = positions * microkernels.packRightBytes(outChannels, inChannels);
  const prepare = (to: Address) => {
    const bytesEach = microkernels.prepareFilterScratchBytes();
    team.share(
      'prepareFilter',
      [to, addressOf(backend, filter), inChannels, outChannels, turned],
      microkernels.prepareFilterItems(outChannels),
      1,
      { address: allocate(bytesEach * team.threads), bytesEach },
    );
  };
  const kept = turned ? 0 : filters.find(filter.dataId, 'winograd', bytes, prepare);
  if (kept !== 0) return kept;
  const packed = allocate(bytes);
  prepare(packed);
  return packed;
}

/** Tiles of a band in the filter's gradient: a block of a product's depth, so that a band's products can be added where they are. */
const gradientTiles = 256;
/** Bytes of the sums of all chunks, and their most: each is summed by one thread. */
const [sumsBytes, mostChunks] = [16_000_000, 16];
/** With fewer tiles, finishing 16 sums of a filter's size takes longer than it saves. */
const fewestTilesOfGradient = 96;

/** Whether the gradient of a convolution's filter is computed by tiles. */
export const suitsFilterGradient = (shape: ConvolutionShape): boolean =>
  suitsWinograd(shape) && tilesOf(shape) >= fewestTilesOfGradient;

/** The gradient of a filter [3, 3, inChannels, outChannels]: F(3×3, 2×2), the transpose of the convolution's tiles. */
export function runFilterGradient(
  context: KernelContext,
  shape: ConvolutionShape,
  { x, dy }: Readonly<Record<'x' | 'dy', TensorInfo>>,
): TensorInfo {
  const { backend, microkernels, team } = context;
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels, top, left } = shape;
  return computeOutput(backend, [3, 3, inChannels, outChannels], (target, allocate) => {
    const run = { ...context, allocate };
    const bytes = microkernels.winogradSumsBytes(inChannels, outChannels);
    const fitting = Math.min(mostChunks, Math.max(1, Math.floor(sumsBytes / bytes)));
    const chunk = gradientTiles * Math.ceil(tilesOf(shape) / fitting / gradientTiles);
    const chunks = Math.ceil(tilesOf(shape) / chunk);
    const tiles = Math.min(gradientTiles, tilesOf(shape));
    const parts = team.threads === 1 ? 1 : Math.ceil((2 * team.threads) / chunks);
    const partOut = 16 * Math.ceil(Math.max(outChannels / parts, 32) / 16);
    const bytesEach = microkernels.winogradGradientScratchBytes(tiles, inChannels, partOut);
    const sums = allocate(chunks * bytes);
    team.share(
      'winogradGradient',
      [
        ...([sums, addressOf(backend, x), addressOf(backend, dy)] as const),
        writeTable(run, line(tiles, inChannels)),
        writeTable(run, line(tiles, partOut)),
        writeTable(run, line(inChannels, outChannels)),
        writeTable(run, line(Math.max(inChannels, partOut), 1)),
        ...([batch, height, width, inChannels, outHeight, outWidth, outChannels, top, left] as const),
        ...([chunk, tiles, partOut] as const),
      ],
      chunks * Math.ceil(outChannels / partOut),
      1,
      { address: allocate(bytesEach * team.threads), bytesEach },
    );
    const grain = Math.ceil(2048 / outChannels);
    team.share('winogradFilter', [target, sums, chunks, inChannels, outChannels], inChannels, grain);
  });
}
