import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { built, long, setUpTraining, startTraining, visit, whyNoBrowser } from '../e2e.test-support.js';

describe.skipIf(whyNoBrowser !== null)(`without a connection ${whyNoBrowser ?? ''}`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'resnetjs-page-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('every room works, a reload and a training too, in a folder of a host without headers', async () => {
    symlinkSync(built, join(folder, 'some'));
    const { page, errors, url, disconnect, close } = await visit({ plain: true, folder, path: 'some/' });
    try {
      await page.waitForFunction(() => crossOriginIsolated);
      await isKept(page);
      await disconnect();
      await page.goto(`${url}#train`);
      await page.reload();
      await page.waitForFunction(() => crossOriginIsolated);
      await setUpTraining(page, { Epochs: 1, 'Pictures to draw': 320, 'Size, pixels': 16 });
      await startTraining(page);
      await page.locator('.results').waitFor({ timeout: long });
      await page.goto(`${url}#use`);
      await page.locator('.answer-name strong').waitFor();
      await page.goto(`${url}#prove`);
      await page.getByRole('button', { name: 'Prove it here' }).click();
      await page.locator('.strip-dot').nth(1).waitFor();
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.goto(`${url}index.html#look`);
      await page.locator('.diagram').waitFor();
      expect(
        await page.evaluate(() =>
          document.fonts.ready.then(() => document.fonts.check('1em "Inter Variable"')),
        ),
      ).toBe(true);
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  });

  it('an open page keeps its version after another was put in its place; the next visit has the new one alone', async () => {
    cpSync(built, join(folder, 'page'), { recursive: true });
    const { page, context, url, close } = await visit({ folder, path: 'page/' });
    try {
      await isKept(page);
      const before = await versionOf(page);
      replaceByNew(join(folder, 'page'));
      const other = await context.newPage();
      await other.goto(url);
      const after = await versionOf(other);
      expect(after).not.toBe(before);
      await isKept(other);
      // A room that this page has not loaded, whose file the host has no more.
      await page.getByRole('navigation').getByRole('link', { name: 'Train' }).click();
      await page.getByRole('button', { name: 'Start training' }).waitFor();
      expect(await keptVersions(other)).toEqual([before, after].sort());
      await page.close();
      await other.reload();
      await expect.poll(() => keptVersions(other)).toEqual([after]);
    } finally {
      await close();
    }
  });
});

const versionOf = (page: Page) => page.evaluate(() => document.documentElement.dataset.version);

/** The versions of which the browser has files. */
const keptVersions = (page: Page) =>
  page.evaluate(async () => (await caches.keys()).map((name) => name.split(' ').at(-1)).sort());

/** Waits until the page's version is kept: its page comes last. */
async function isKept(page: Page): Promise<void> {
  const isThere = () =>
    page.evaluate(async () => {
      const { version = '' } = document.documentElement.dataset;
      const cacheName = (await caches.keys()).find((each) => each.endsWith(version)) ?? '';
      return (await caches.match('./', { cacheName })) !== undefined;
    });
  await expect.poll(isThere, { timeout: long }).toBe(true);
}

/** Puts the page's next version in its place: every file has another name. */
function replaceByNew(folder: string): void {
  const assets = readdirSync(join(folder, 'assets'));
  const renamed = (text: string) => assets.reduce((all, name) => all.replaceAll(name, `new-${name}`), text);
  for (const name of [...assets.map((each) => `assets/${each}`), 'index.html', 'service-worker.js']) {
    const path = join(folder, name);
    if (/\.(js|css|html)$/.test(name)) writeFileSync(path, renamed(readFileSync(path, 'utf8')));
    if (name.startsWith('assets/')) renameSync(path, path.replace(/assets\/(?=[^/]*$)/, 'assets/new-'));
  }
  const [, version = ''] =
    /data-version="(\w+)"/.exec(readFileSync(join(folder, 'index.html'), 'utf8')) ?? [];
  for (const name of ['index.html', 'service-worker.js']) {
    const path = join(folder, name);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(version, [...version].reverse().join('')));
  }
}
