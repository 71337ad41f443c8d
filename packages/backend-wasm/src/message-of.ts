/** What was thrown, in words; TensorFlow.js also throws objects that aren't errors. */
export function messageOf(thrown: unknown): string {
  const { message } = (thrown ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : String(thrown);
}
