export type WasmBackendErrorCode =
  | 'simd-missing'
  | 'start-failed'
  | 'heap-unreachable'
  | 'out-of-memory'
  | 'thread-failed'
  | 'bad-arguments';

/** What goes wrong in this package: where, what was expected, what came, and what to do. */
export class WasmBackendError extends Error {
  override readonly name = 'WasmBackendError';
  readonly code: WasmBackendErrorCode;

  constructor(code: WasmBackendErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
