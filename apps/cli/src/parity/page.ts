import { register as registerWebgl } from '@resnetjs/backend-webgl';
import { parityCases, prepareCase } from '@resnetjs/parity';
import { type BrowserBackend, encodeEvent, type PageTask, type RunEvent } from './messages.js';

/** What this page uses of the DOM, whose types the command line, written for Node, doesn't have. */
const page = globalThis as unknown as {
  readonly navigator: { readonly userAgent: string };
};

const registers = { webgl: () => registerWebgl() } as const satisfies Record<BrowserBackend, unknown>;

async function send(event: RunEvent): Promise<void> {
  await fetch('event', { method: 'POST', body: encodeEvent(event) });
}

async function run(): Promise<void> {
  const task = (await (await fetch('task')).json()) as PageTask;
  const registered = await registers[task.backend]();
  await send({ event: 'registered', registered, where: page.navigator.userAgent });
  const { precision } = registered;
  for (const each of parityCases(task.level)) {
    if (task.only !== undefined && !each.name.includes(task.only)) continue;
    await send({ event: 'begin', name: each.name });
    await send({ event: 'case', report: await prepareCase(each)({ precision }) });
  }
  await send({ event: 'done' });
}

run().catch((error: unknown) =>
  send({
    event: 'failed',
    message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  }),
);
