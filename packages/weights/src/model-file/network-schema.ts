import type { Network } from '@resnetjs/core';
import { z } from 'zod';

/** Limits far above every trainable network, and far below what would exhaust a machine. */
const max = { pixels: 16_384, channels: 2 ** 20, window: 1024, ops: 10_000 };
export const maxNameLength = 200;

const name = z.string().min(1).max(maxNameLength);
const size = z.int().min(1).max(max.window);
const square = z.tuple([size, size]).readonly();
const channels = z.int().min(1).max(max.channels);
const padding = z.enum(['same', 'valid']);
const margin = z.int().min(0).max(max.window);
const seed = z.int().min(0).exactOptional();

const initializer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['zeros', 'ones']) }),
  z.strictObject({ kind: z.literal('constant'), value: z.number() }),
  z.strictObject({ kind: z.literal('identity'), gain: z.number() }),
  z.strictObject({ kind: z.literal('randomUniform'), low: z.number(), high: z.number(), seed }),
  z.strictObject({ kind: z.literal('randomNormal'), mean: z.number(), stddev: z.number(), seed }),
  z.strictObject({ kind: z.enum(['glorotUniform', 'glorotNormal', 'heUniform', 'heNormal']), seed }),
]);

const op = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('conv'),
    filters: channels,
    kernelSize: square,
    strides: square,
    padding,
    bias: z.boolean(),
    initializer,
  }),
  z.strictObject({
    op: z.literal('norm'),
    epsilon: z.number().positive(),
    momentum: z.number().min(0).max(1),
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
  z.strictObject({ op: z.literal('flatten') }),
  z.strictObject({ op: z.literal('dropout'), rate: z.number().min(0).lt(1) }),
  z.strictObject({
    op: z.literal('dense'),
    units: channels,
    activation: z.enum(['softmax', 'linear']),
    initializer,
  }),
]);

const ops = z.array(op).max(max.ops).readonly();

const residual = z.strictObject({
  op: z.literal('residual'),
  preact: ops,
  branch: ops,
  shortcut: ops.nullable(),
  shortcutFrom: z.enum(['input', 'preact']),
  postact: ops,
});

/** A network as JSON. Parsing also puts the fields in this order, so that equal networks give equal text. */
export const networkSchema = z.strictObject({
  name,
  input: z
    .tuple([z.int().min(1).max(max.pixels), z.int().min(1).max(max.pixels), z.int().min(1).max(1024)])
    .readonly(),
  inputName: name,
  stem: ops,
  stages: z.array(z.array(residual).max(max.ops).readonly()).max(max.ops).readonly(),
  head: ops,
}) satisfies z.ZodType<Network>;

// And the other way round: whatever a network may hold, the schema takes.
null as unknown as Network satisfies z.input<typeof networkSchema>;
