#!/usr/bin/env node
import { exitCodeOf, report } from './process/failure.js';
import { createProgram } from './program.js';

// Whoever reads our output may stop reading (`| head`): then nobody wants to hear of it.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO') return;
    process.stderr.write(
      `error: What is printed can't be written: ${error.message}. Make room there, or send it elsewhere.\n`,
    );
    process.exit(1);
  });
}

process.on('uncaughtException', (error) => {
  report(error);
  process.exit(1);
});

try {
  await createProgram().parseAsync();
} catch (error) {
  report(error);
  process.exitCode = exitCodeOf(error);
}
