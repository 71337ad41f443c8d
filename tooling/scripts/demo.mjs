// npm run demo: the web page, built and served. `-- --dev` serves the sources, and follows their changes.
import { setUpOrExit } from './set-up.mjs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runNode } from './commands.mjs';
import { readJson, root } from './workspace.mjs';

const usage = 'npm run demo -- [--port NUMBER] [--dev]';
const defaultPort = 4173;

/** What was asked for; what can't be understood ends the process. */
function readOptions() {
  try {
    const { values } = parseArgs({ options: { port: { type: 'string' }, dev: { type: 'boolean' } } });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65536)) {
      throw new Error(`--port is a whole number below 65536, not ${values.port}`);
    }
    return { port, dev: values.dev ?? false };
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : error}\nusage: ${usage}`);
    return process.exit(2);
  }
}

/** @param {number | undefined} port */
async function develop(port) {
  const folder = join(root, 'apps/demo');
  const { bin } = readJson('apps/demo/node_modules/vite/package.json');
  const args = [folder, ...(port === undefined ? [] : ['--port', String(port), '--strictPort'])];
  const { code } = await runNode(join(folder, 'node_modules/vite', bin.vite), args, { live: true });
  process.exitCode = code;
}

/** @param {number | undefined} asked */
async function show(asked) {
  const { serve } = await import('../../apps/demo/server/serve.mjs');
  const folder = join(root, 'apps/demo/dist');
  const served = await serve(folder, { port: asked ?? defaultPort }).catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    if (asked === undefined) return serve(folder); // any other that is free
    console.error(`error: port ${asked} is taken. Choose another: ${usage}`);
    return process.exit(1);
  });
  console.log(`ResNet.js is at ${served.url} (Ctrl-C ends it)`);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void served.close().then(() => process.exit(0)));
  }
}

const { port, dev } = readOptions();
await setUpOrExit();
await (dev ? develop(port) : show(port));
