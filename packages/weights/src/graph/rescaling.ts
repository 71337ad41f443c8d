import { noPlace } from './merges.js';

/** pixel · scale + offset, channel by channel. */
export interface Rescaling {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/** One rescaling after another, by channel. Throws `bad-file`, naming the layer, if it has another number of channels. */
export function composed(
  layer: { readonly name: string },
  first: Rescaling | null,
  { second, channels }: { readonly second: Rescaling; readonly channels: number },
): Rescaling {
  const { scale, offset } = second;
  if (![scale, offset].every(({ length }) => length === 1 || length === channels)) {
    throw noPlace(
      layer,
      `it rescales ${Math.max(scale.length, offset.length)} channels, and images have ${channels}`,
    );
  }
  const at = (values: readonly number[], channel: number) =>
    values[values.length === 1 ? 0 : channel] as number;
  const all = Array.from({ length: channels }, (_, channel) => channel);
  return {
    scale: all.map((channel) => at(first?.scale ?? [1], channel) * at(scale, channel)),
    offset: all.map(
      (channel) => at(first?.offset ?? [0], channel) * at(scale, channel) + at(offset, channel),
    ),
  };
}
