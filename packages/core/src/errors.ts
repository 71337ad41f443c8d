/** Why a call failed, for programs to branch on; the message is for people. */
export type ErrorCode =
  /** Shapes of layers, images or gradients don't fit. */
  | 'shape-mismatch'
  /** An option or argument has an invalid value. */
  | 'bad-option'
  /** A file is damaged, or not in the expected format. */
  | 'bad-file'
  /** A dataset can't be used: no images, wrong sizes, labels out of range. */
  | 'bad-data'
  /** Nothing has that name. */
  | 'unknown-name'
  /** Variables lack a parameter, or have it in another size: mostly because they belong to another network. */
  | 'missing-variable'
  /** The backend or platform feature that is needed isn't available. */
  | 'missing-backend'
  /** A value is NaN or infinite. */
  | 'not-finite'
  /** The file system refused to read or write, or a server to send. */
  | 'file-system';

/** The error of ResNet.js: a code, a message that says what to do, and the values that the message mentions. */
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
