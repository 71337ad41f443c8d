import { ResNetError } from '@resnetjs/core/network';

export const EXPECTED =
  'A SIGNS file holds train_set_x or test_set_x ([n, height, width, 3], uint8), train_set_y or test_set_y ([n] or [1, n], whole numbers) and list_classes';

/** A `bad-file` error about an HDF5 file. */
export function badSignsFile(
  name: string,
  message: string,
  details: Record<string, unknown> = {},
  cause?: unknown,
): ResNetError {
  const text = `${name} cannot be read as SIGNS images: ${message}`;
  return new ResNetError('bad-file', text, { path: name, ...details }, { cause });
}
