import { type Classifier, ResNetError } from '@resnetjs/core';
import { safeParse } from '@resnetjs/recipe';
import type * as z from 'zod/mini';
import { classesSchema, leanPreprocessing, metadataKeys, preprocessingSchema } from './format.js';
import { networkSchema } from './network-schema.js';

/** The metadata that describe a classifier without its variables. Throws `bad-option` for what the format can't hold. */
export function describeClassifier({
  network,
  classes,
  preprocessing,
}: Omit<Classifier, 'variables'>): Record<string, string> {
  return {
    [metadataKeys.network]: asText(networkSchema, network, 'network'),
    [metadataKeys.classes]: asText(classesSchema, classes, 'list of classes'),
    [metadataKeys.preprocessing]: asText(
      preprocessingSchema,
      leanPreprocessing(preprocessing),
      'preprocessing',
    ),
  };
}

/** A value as JSON, checked with the reader's schema. Throws `bad-option`. */
export function asText(schema: z.ZodMiniType, value: unknown, what: string): string {
  const result = safeParse(schema, value);
  if (result.success) return JSON.stringify(result.data);
  const issue = result.error.issues[0];
  throw new ResNetError(
    'bad-option',
    `The ${what} can't be written to a file: ${issue?.path.join('.')}: ${issue?.message}.`,
    { issues: result.error.issues },
  );
}
