const name = 'resnetjs-training';

/** The browser's locks; null if the page was not loaded over https: then every tab saves its own training. */
const locks = (): LockManager | null => ('locks' in navigator ? navigator.locks : null);

/** Takes the right to save checkpoints, which one tab has at a time. `work` gets whether this tab has it. */
export function withTrainingLock<Result>(work: (held: boolean) => Promise<Result>): Promise<Result> {
  const manager = locks();
  if (manager === null) return work(true);
  return manager.request(name, { ifAvailable: true }, (lock) => work(lock !== null));
}

/** Whether another tab of this page is saving checkpoints; for a tab that isn't training. */
export async function trainsElsewhere(): Promise<boolean> {
  const { held = [] } = (await locks()?.query()) ?? {};
  return held.some((lock) => lock.name === name);
}
