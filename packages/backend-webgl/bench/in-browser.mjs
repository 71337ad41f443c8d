// Runs a module's `measure(options)` on a page of a headless Chromium, and returns its result.
import { fileURLToPath } from 'node:url';
import { browserFlags, findBrowser, needsNoSandbox } from '@resnetjs/parity/node';
import { chromium } from 'playwright';
import { createServer } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** The result of `measure(options)` of bench/FILE; the page's output is printed here. */
export async function measureInBrowser(file, options, { gpu = false } = {}) {
  const browser = findBrowser();
  if (!browser.found) throw new Error(browser.reason);
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    resolve: { conditions: ['@resnetjs/source'] },
    optimizeDeps: { include: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-webgl'] },
    plugins: [{ name: 'page', configureServer: servePage }],
  });
  try {
    await server.listen();
    const running = await chromium.launch({
      executablePath: browser.path,
      args: browserFlags({ gpu }),
      chromiumSandbox: !needsNoSandbox,
    });
    try {
      const page = await running.newPage();
      page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
      page.on('pageerror', (error) => console.error(error));
      await page.goto(server.resolvedUrls.local[0]);
      return await page.evaluate(
        async ([path, given]) => (await import(path)).measure(given),
        [`/${file}`, options],
      );
    } finally {
      await running.close();
    }
  } finally {
    await server.close();
  }
}

function servePage(server) {
  server.middlewares.use((request, response, next) => {
    if (request.url !== '/') return next();
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><link rel="icon" href="data:,"><title>bench</title>');
  });
}
