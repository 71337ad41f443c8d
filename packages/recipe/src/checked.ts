import { ResNetError } from '@resnetjs/core/network';
import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';

const { localeError } = en();

/** What a schema makes of a value, with messages in English. (Those of a program's own schemas may be in another language.) */
export function safeParse<Schema extends z.ZodMiniType>(schema: Schema, value: unknown) {
  return z.safeParse(schema, value, { error: localeError });
}

/** A value that fits a schema. Throws `bad-option` for another, with `subject` before the path of what is wrong. */
export function checked<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  subject = '',
): z.output<Schema> {
  const result = safeParse(schema, value);
  if (result.success) return result.data;
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  const { path, message } = issue;
  if (issue.code === 'unrecognized_keys') {
    const name = [...path, issue.keys[0]].join('.');
    throw new ResNetError('bad-option', `${subject}${name} is not known. Check its spelling.`, {
      option: name,
    });
  }
  const found = path.reduce((inner: unknown, key) => (inner as Record<PropertyKey, unknown>)?.[key], value);
  const shown = typeof found === 'number' ? String(found) : JSON.stringify(found);
  throw new ResNetError(
    'bad-option',
    `${subject}${path.join('.')} is ${shown}; it ${message}.`,
    { option: path.join('.'), value: found },
    { cause: result.error },
  );
}
