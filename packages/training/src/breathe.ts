/** Lets timers, signals and the page have their turn: tensors that are computed at once leave them none. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
