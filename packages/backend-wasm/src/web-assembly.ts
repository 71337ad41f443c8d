// The few globals that this package uses, so that it needs neither the DOM's nor Node's types.

export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

interface Platform {
  readonly WebAssembly: {
    validate(bytes: Uint8Array): boolean;
    compile(bytes: Uint8Array): Promise<object>;
    instantiate(module: object, imports: { env: { memory: WasmMemory } }): Promise<{ exports: unknown }>;
  };
  atob(base64: string): string;
}

const platform = globalThis as unknown as Platform;

export const webAssembly = platform.WebAssembly;

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(platform.atob(base64), (character) => character.charCodeAt(0));
}
