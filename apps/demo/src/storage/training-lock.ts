const name = 'resnetjs-training';

/**
 * Takes the right to save checkpoints, which one tab has at a time. `work` gets whether this tab has it. Where the browser
 * has no locks (no https), or refuses them (site data is blocked), every tab has it.
 */
export async function withTrainingLock<Result>(work: (held: boolean) => Promise<Result>): Promise<Result> {
  let begun: Promise<Result> | undefined;
  try {
    await navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      begun = work(lock !== null);
      return begun;
    });
  } catch {
    // Without locks, the work begins below; its own error is its caller's.
  }
  return begun ?? work(true);
}

/** Whether another tab of this page is saving checkpoints; for a tab that isn't training. */
export async function trainsElsewhere(): Promise<boolean> {
  try {
    const { held = [] } = await navigator.locks.query();
    return held.some((lock) => lock.name === name);
  } catch {
    return false;
  }
}
