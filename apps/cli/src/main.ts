#!/usr/bin/env node
import { exitCodeOf, report } from './process/failure.js';
import { createProgram } from './program.js';

// The reader of a pipe may stop early (`| head`), and a terminal may close, neither of which ends the work.
const readerIsGone: unknown[] = ['EPIPE', 'EIO', 'ECONNRESET', 'ENXIO', 'EBADF'];
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (readerIsGone.includes(error.code)) return;
    process.stderr.write(
      `error: The output can't be written: ${error.message}. Free some space, or redirect it elsewhere.\n`,
    );
    process.exit(1);
  });
}

const json = process.argv.includes('--json');

process.on('uncaughtException', (error) => {
  report(error, { json });
  process.exit(1);
});

try {
  await createProgram().parseAsync();
} catch (error) {
  report(error, { json });
  process.exitCode = exitCodeOf(error);
}
