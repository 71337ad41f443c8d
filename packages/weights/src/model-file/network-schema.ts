import { type Network, siteName, walk } from '@resnetjs/core';
import * as z from 'zod/mini';

/** Limits far above every trainable network, and far below what would exhaust a machine. */
const max = { pixels: 16_384, channels: 2 ** 20, window: 1024, ops: 10_000 };
export const maxNameLength = 200;

const integer = (low: number, high: number) => z.int().check(z.gte(low), z.lte(high));
const listOf = <Item extends z.core.$ZodType>(item: Item) =>
  z.readonly(z.array(item).check(z.maxLength(max.ops)));

const name = z.string().check(z.minLength(1), z.maxLength(maxNameLength));
const size = integer(1, max.window);
const square = z.readonly(z.tuple([size, size]));
const channels = integer(1, max.channels);
const margin = integer(0, max.window);
const margins = z.readonly(z.tuple([margin, margin, margin, margin]));
const padding = z.union([z.enum(['same', 'valid']), margins]);
const seed = z.exactOptional(z.int().check(z.gte(0)));

const initializer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['zeros', 'ones']) }),
  z.strictObject({ kind: z.literal('constant'), value: z.number() }),
  z.strictObject({ kind: z.literal('identity'), gain: z.number() }),
  z.strictObject({ kind: z.literal('randomUniform'), low: z.number(), high: z.number(), seed }),
  z.strictObject({ kind: z.literal('randomNormal'), mean: z.number(), stddev: z.number(), seed }),
  z.strictObject({ kind: z.enum(['glorotUniform', 'glorotNormal', 'heUniform', 'heNormal']), seed }),
  z.strictObject({ kind: z.literal('kaimingNormal'), mode: z.enum(['fanIn', 'fanOut']), seed }),
]);

const ungatedOp = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('conv'),
    filters: channels,
    kernelSize: square,
    strides: square,
    padding,
    groups: z._default(channels, 1),
    dilations: z._default(square, [1, 1]),
    bias: z.boolean(),
    initializer,
  }),
  z.strictObject({
    op: z.literal('norm'),
    epsilon: z.number().check(z.positive()),
    momentum: z.number().check(z.gte(0), z.lte(1)),
    scaleInitializer: z._default(initializer, { kind: 'ones' }),
    runningVariance: z._default(z.enum(['biased', 'unbiased']), 'biased'),
  }),
  z.strictObject({ op: z.literal('act'), activation: z.enum(['relu', 'relu6', 'sigmoid']) }),
  z.strictObject({ op: z.literal('pad'), top: margin, bottom: margin, left: margin, right: margin }),
  z.strictObject({
    op: z.literal('pool'),
    mode: z.enum(['max', 'average']),
    size: square,
    strides: square,
    padding,
  }),
  z.strictObject({ op: z.literal('globalPool'), keepDims: z.boolean() }),
  z.strictObject({
    op: z.literal('subsample'),
    strides: square,
    channelsBefore: integer(0, max.channels),
    channelsAfter: integer(0, max.channels),
  }),
  z.strictObject({ op: z.literal('flatten') }),
  z.strictObject({
    op: z.literal('dropout'),
    rate: z.number().check(z.gte(0), z.lt(1)),
    per: z._default(z.enum(['value', 'example']), 'value'),
  }),
  z.strictObject({
    op: z.literal('dense'),
    units: channels,
    activation: z.enum(['softmax', 'linear']),
    initializer,
  }),
]);

const chain = z.readonly(z.array(ungatedOp).check(z.minLength(1), z.maxLength(max.ops)));
const gate = z.strictObject({ op: z.literal('gate'), gate: chain });

const ops = listOf(z.discriminatedUnion('op', [...ungatedOp._zod.def.options, gate]));

const residual = z.strictObject({
  op: z.literal('residual'),
  preact: ops,
  branch: ops,
  shortcut: z.nullable(ops),
  shortcutFrom: z.enum(['input', 'preact']),
  postact: ops,
});

/** A network as JSON. Parsing also puts the fields in this order, so that equal networks give equal text. */
export const networkSchema = z
  .strictObject({
    name,
    input: z.readonly(z.tuple([integer(1, max.pixels), integer(1, max.pixels), integer(1, 1024)])),
    inputName: name,
    stem: ops,
    stages: listOf(listOf(residual)),
    head: ops,
    layerNames: z.exactOptional(z.readonly(z.record(z.string(), name).check(z.overwrite(inOneOrder)))),
  })
  .check(
    z.refine(namesItsOwnLayers, 'layerNames must name layers of the network, each by another name'),
  ) satisfies z.ZodMiniType<Network>;

function inOneOrder(names: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether every name that a network gives is one of its layers', and no other's. */
function namesItsOwnLayers(network: Network): boolean {
  if (network.layerNames === undefined) return true;
  const sites = new Set(
    walk(network)
      .slice(1)
      .map(({ site }) => siteName(site)),
  );
  const names = Object.values(network.layerNames);
  return (
    Object.keys(network.layerNames).every((site) => sites.has(site)) && new Set(names).size === names.length
  );
}

// And the other way round: whatever a network may hold, the schema takes.
null as unknown as Network satisfies z.input<typeof networkSchema>;
