import { fileURLToPath } from 'node:url';

/** A file or folder of this package's `native/`: what another compiler or interpreter reads. */
export function nativeFile(name: string): string {
  return fileURLToPath(new URL(`../../native/${name}`, import.meta.url));
}
