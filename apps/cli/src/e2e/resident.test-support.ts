// A process that runs one command after the other, each as main.ts would: starting Node and reading the modules anew costs half a second.
import { exitCodeOf, report } from '../process/failure.js';
import { createProgram } from '../program.js';

const printed = { stdout: '', stderr: '' };
for (const name of ['stdout', 'stderr'] as const) {
  process[name].write = (part: string | Uint8Array, ...rest: unknown[]) => {
    printed[name] += typeof part === 'string' ? part : Buffer.from(part).toString();
    const done = rest.at(-1);
    if (typeof done === 'function') process.nextTick(done);
    return true;
  };
}

process.on('message', async (args: string[]) => {
  const begin = { stdout: '', stderr: '' };
  Object.assign(printed, begin);
  process.exitCode = 0;
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    report(error, { json: args.includes('--json') });
    process.exitCode = exitCodeOf(error);
  }
  process.send?.({ code: process.exitCode, ...printed });
});
process.once('disconnect', () => process.exit());
