import type { Network } from '@resnetjs/core';
import { z } from 'zod';

/** Bounds far above every network that trains, and far below what would exhaust a machine. */
const most = { pixels: 16_384, channels: 2 ** 20, window: 1024, ops: 10_000, name: 200 };

const name = z.string().min(1).max(most.name);
const size = z.int().min(1).max(most.window);
const square = z.tuple([size, size]).readonly();
const channels = z.int().min(1).max(most.channels);
const padding = z.enum(['same', 'valid']);
const margin = z.int().min(0).max(most.window);
const coefficient = z.number().min(0);
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
    l2: coefficient,
  }),
  z.strictObject({
    op: z.literal('norm'),
    epsilon: z.number().positive(),
    momentum: z.number().min(0).max(1),
  }),
  z.strictObject({ op: z.literal('act'), activation: z.literal('relu') }),
  z.strictObject({ op: z.literal('pad'), top: margin, bottom: margin, left: margin, right: margin }),
  z.strictObject({
    op: z.literal('pool'),
    mode: z.enum(['max', 'average']),
    size: square,
    strides: square,
    padding,
  }),
  z.strictObject({ op: z.literal('flatten') }),
  z.strictObject({
    op: z.literal('dense'),
    units: channels,
    activation: z.enum(['softmax', 'linear']),
    initializer,
    l2: coefficient,
  }),
]);

const ops = z.array(op).max(most.ops).readonly();

const residual = z.strictObject({
  op: z.literal('residual'),
  preact: ops,
  branch: ops,
  shortcut: ops.nullable(),
  shortcutFrom: z.enum(['input', 'preact']),
  postact: ops,
});

/** A network as JSON, every field; parsing also puts the fields in this order, so that equal networks are equal text. */
export const networkSchema = z.strictObject({
  name,
  input: z
    .tuple([z.int().min(1).max(most.pixels), z.int().min(1).max(most.pixels), z.int().min(1).max(1024)])
    .readonly(),
  inputName: name,
  stem: ops,
  stages: z.array(z.array(residual).max(most.ops).readonly()).max(most.ops).readonly(),
  head: ops,
}) satisfies z.ZodType<Network, Network>;
