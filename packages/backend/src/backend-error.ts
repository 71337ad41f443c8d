/** Why a backend failed, for programs to branch on; the message is for people. */
export type BackendErrorCode =
  /** This machine or browser cannot run the backend; the message says what is missing and what to do. */
  | 'unavailable'
  /** The backend can run here, but failed to start. */
  | 'start-failed'
  /** A kernel or function cannot take its arguments. */
  | 'bad-arguments'
  /** There is no memory left for a tensor. */
  | 'out-of-memory'
  /** One of the backend's worker threads ended. */
  | 'thread-failed'
  /** The browser took the device away, and the tensors on it are lost. */
  | 'device-lost';

/** The error of the backend packages; its message says where, what was expected, what came and what to do. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  readonly code: BackendErrorCode;

  constructor(code: BackendErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
