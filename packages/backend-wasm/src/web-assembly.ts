import { BackendError } from '@resnetjs/backend';
import { messageOf } from './message-of.js';

// The few globals that this package uses, so that it needs neither the DOM's nor Node's types.

export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

interface Platform {
  readonly WebAssembly?: {
    readonly Memory: new (size: { readonly initial: number }) => WasmMemory;
    readonly Module: new (bytes: Uint8Array) => object;
    validate(bytes: Uint8Array): boolean;
    compile(bytes: Uint8Array): Promise<object>;
    instantiate(module: object, imports: { env: { memory: WasmMemory } }): Promise<{ exports: unknown }>;
  };
  atob(base64: string): string;
}

const platform = globalThis as unknown as Platform;

/** The engine's WebAssembly. Throws BackendError `unavailable`, with the reason, if it has none or it is forbidden. */
export function webAssembly(): NonNullable<Platform['WebAssembly']> {
  const found = platform.WebAssembly;
  if (found === undefined) {
    throw new BackendError(
      'unavailable',
      'There is no WebAssembly here: the JavaScript engine is too old, or a setting turns it off (such as a lockdown mode). Turn it on, or use another backend.',
    );
  }
  try {
    new found.Module(emptyModule);
  } catch (cause) {
    throw new BackendError(
      'unavailable',
      `WebAssembly is forbidden here, by a Content Security Policy without 'wasm-unsafe-eval' or by a setting. Allow it, or use another backend. The engine says: ${messageOf(cause)}`,
      { cause },
    );
  }
  return found;
}

/** The magic number and the version, of which a module has at least these (core specification, §5.5.16). */
const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

interface Globals {
  readonly DecompressionStream?: new (
    format: 'gzip',
  ) => {
    readonly writable: { getWriter(): Writer };
    readonly readable: { getReader(): Reader };
  };
}

interface Writer {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }>;
}

/** What gzip compressed, in base64. Throws BackendError `unavailable` where an engine can't decompress. */
export async function inflate(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  const { DecompressionStream } = globalThis as unknown as Globals;
  if (DecompressionStream === undefined) {
    throw new BackendError(
      'unavailable',
      'This JavaScript engine has no DecompressionStream. Use a browser of 2023 or newer, Node, Deno, or Bun 1.3.3 or newer.',
    );
  }
  const { writable, readable } = new DecompressionStream('gzip');
  const writer = writable.getWriter();
  const written = writer.write(bytesOf(base64)).then(() => writer.close());
  const [bytes] = await Promise.all([readAll(readable.getReader()), written]);
  return bytes;
}

function bytesOf(base64: string): Uint8Array {
  const characters = platform.atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

async function readAll(reader: Reader): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    if (value !== undefined) parts.push(value);
  }
  const bytes = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}
