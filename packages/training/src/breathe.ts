/** Yields to the event loop, so that timers, signals and the page get their turn: synchronous tensor code gives them none. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
