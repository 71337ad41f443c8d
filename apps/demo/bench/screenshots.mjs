// Takes a screenshot of every room, wide and on a phone, light and dark, and renews the two in docs/screenshots.
//   node apps/demo/bench/screenshots.mjs [FOLDER]
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { openPage, waitForSteps } from './open-page.mjs';

const screenshots = fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url));
const maxBytes = 200_000;
const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

const folder = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'resnetjs-screenshots-'));
mkdirSync(folder, { recursive: true });
const { page, url, close } = await openPage({ deviceScaleFactor: 2 });

/** The room as it is now: light and dark, wide and on a phone. */
async function take(room) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const [name, size] of Object.entries(sizes)) {
      await page.setViewportSize(size);
      await page.evaluate(() => scrollTo(0, 0));
      await page.mouse.move(0, 0);
      await page.waitForTimeout(600);
      const path = join(folder, `${room}-${name}-${colorScheme}.png`);
      await page.screenshot({ path, fullPage: true, timeout: 120_000 });
      console.log(path);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(sizes.desktop);
  await page.waitForTimeout(600);
}

/** What a visitor sees first, in a file small enough for the README. */
async function keep(name) {
  await page.evaluate(() => scrollTo(0, 0));
  const png = await page.screenshot();
  for (let quality = 90; quality >= 40; quality -= 10) {
    const webp = await sharp(png).webp({ quality, smartSubsample: true }).toBuffer();
    if (webp.length > maxBytes) continue;
    mkdirSync(screenshots, { recursive: true });
    writeFileSync(join(screenshots, `${name}.webp`), webp);
    console.log(`docs/screenshots/${name}.webp: ${Math.round(webp.length / 1000)} kB`);
    return;
  }
  throw new Error(`${name} can't be made smaller than ${maxBytes} bytes.`);
}

const start = () => page.getByRole('button', { name: 'Start training' }).click();

await page.goto(`${url}#look`);
await page.locator('.diagram').waitFor();
await keep('page-look');

await page.goto(`${url}#train`);
await page.getByRole('button', { name: 'Start training' }).waitFor();
await start();
await page.locator('.results').waitFor({ timeout: 600_000 });
await take('train-done');

await page.goto(`${url}#use`);
await page.locator('canvas.heat').waitFor();
await take('use');

await page.goto(`${url}#look`);
await page.getByLabel('What to look at').selectOption({ label: 'My model' });
await page.locator('.node.block').nth(1).click();
await page.getByRole('button', { name: 'Hand 5' }).click();
await page.locator('.node.conv').nth(1).focus();
await page.locator('.maps canvas').waitFor();
await page.waitForTimeout(1000);
await take('look');

await page.goto(`${url}#train`);
await page.getByRole('radio', { name: 'See the gradient vanish' }).check();
await start();
await waitForSteps(page, 120);
await page.getByRole('button', { name: 'Pause' }).click();
await page.waitForTimeout(1500);
await take('train');
await page.locator('.train-floor').scrollIntoViewIfNeeded();
await keep('page-train');

await page.goto(`${url}#prove`);
await page.getByRole('button', { name: 'Prove it here' }).click();
await page.getByRole('button', { name: 'Download the report' }).waitFor({ timeout: 600_000 });
await take('prove');
await close();
