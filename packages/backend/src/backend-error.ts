/** What went wrong, for a program to branch on; the message is for a person. */
export type BackendErrorCode =
  /** This machine or browser cannot run the backend; the message says what is missing, and what to do. */
  | 'unavailable'
  /** It could run, but did not start. */
  | 'start-failed'
  | 'bad-arguments'
  | 'out-of-memory'
  /** A worker of its own ended. */
  | 'thread-failed'
  /** The browser took the device away: what was on it is lost. */
  | 'device-lost';

/** The one error of the backend packages: where, what was expected, what came, and what to do. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  readonly code: BackendErrorCode;

  constructor(code: BackendErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
