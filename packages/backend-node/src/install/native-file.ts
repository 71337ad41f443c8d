import { fileURLToPath } from 'node:url';

/** The path of a file or folder in this package's `native/`, which holds what other compilers and interpreters read. */
export function nativeFile(name: string): string {
  return fileURLToPath(new URL(`../../native/${name}`, import.meta.url));
}
