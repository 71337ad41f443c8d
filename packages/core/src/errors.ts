/** What went wrong, for a program to branch on; the message is for a person. */
export type ErrorCode =
  | 'shape-mismatch'
  | 'bad-option'
  | 'bad-file'
  | 'bad-data'
  | 'unknown-name'
  | 'missing-variable'
  | 'missing-backend'
  | 'not-finite'
  | 'file-system';

/** The one error of ResNet.js: a code, a message that says what to do, and the values that it speaks of. */
export class ResNetError extends Error {
  override readonly name = 'ResNetError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    details: Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}
