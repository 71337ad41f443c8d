const name = 'resnetjs-training';

/** The browser's locks; none where the page was not loaded over https: there every tab keeps what it has. */
const locks = (): LockManager | null => ('locks' in navigator ? navigator.locks : null);

/** Holds what one tab alone may: to keep checkpoints. `work` is told whether it does. */
export function withTrainingLock<Result>(work: (held: boolean) => Promise<Result>): Promise<Result> {
  const all = locks();
  if (all === null) return work(true);
  return all.request(name, { ifAvailable: true }, (lock) => work(lock !== null));
}

/** Whether a tab of this page keeps checkpoints now; asked by one that doesn't train. */
export async function trainsElsewhere(): Promise<boolean> {
  const { held = [] } = (await locks()?.query()) ?? {};
  return held.some((lock) => lock.name === name);
}
