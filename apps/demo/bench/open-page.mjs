import { fileURLToPath } from 'node:url';
import { browserFlags, findBrowser, needsNoSandbox } from '@resnetjs/parity/node';
import { chromium } from 'playwright';
import { serve } from '../server/serve.mjs';

const folder = fileURLToPath(new URL('../dist', import.meta.url));

/** The built page in a headless browser with a fresh profile. Ends the process if there is no browser. */
export async function openPage(options = {}) {
  const search = findBrowser();
  if (!search.found) {
    console.error(search.reason);
    process.exit(1);
  }
  const served = await serve(folder);
  const browser = await chromium.launch({
    executablePath: search.path,
    args: browserFlags(),
    chromiumSandbox: !needsNoSandbox,
  });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  return {
    page,
    context,
    browser,
    url: served.url,
    version: browser.version(),
    async close() {
      await browser.close();
      await served.close();
    },
  };
}

/** Waits until the Train room shows that this many steps are done. */
export async function waitForSteps(page, steps) {
  for (;;) {
    const text = (await page.locator('.running').textContent()) ?? '';
    if (Number(/Step ([\d,]+) of/.exec(text)?.[1]?.replace(/,/g, '') ?? 0) >= steps) return;
    await page.waitForTimeout(250);
  }
}
