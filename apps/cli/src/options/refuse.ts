import { ResNetError } from '@resnetjs/core/network';

/** Throws `bad-option` if one of these options was given. */
export function refuse(options: Readonly<Record<string, unknown>>, why: string): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) throw new ResNetError('bad-option', `${name} ${why}.`, { option: name });
  }
}
