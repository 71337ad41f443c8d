import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessibilityProblems,
  downloaded,
  resnet,
  type Visit,
  visit,
  whyNoBrowser,
} from '../../e2e.test-support.js';

describe.skipIf(whyNoBrowser !== null)(`the Use room ${whyNoBrowser ?? ''}`, () => {
  let folder: string;
  let here: Visit;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'resnetjs-page-'));
    const network = ['--network', 'preact/resnet', '--blocks', '2', '--image-size', '16'];
    const data = ['--data', 'synthetic:signs', '--images', '600', '--epochs', '1'];
    await resnet(['train', ...network, ...data, '--learning-rate', '3e-3', '--out', 'run'], folder);
    const noise = Buffer.from(Array.from({ length: 48 * 48 * 3 }, (_, i) => (i * 7919) % 256));
    await sharp(noise, { raw: { width: 48, height: 48, channels: 3 } })
      .blur(2)
      .png()
      .toFile(join(folder, 'image.png'));
    here = await visit({
      room: 'use',
      flags: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
    });
  });
  afterAll(async () => {
    await here?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const show = (name: string) =>
    here.page.locator('[data-purpose="image"]').setInputFiles(join(folder, name));

  it('begins without a model, and says where to get one', async () => {
    await here.page.getByRole('link', { name: 'Train one' }).waitFor();
    expect(await accessibilityProblems(here.page)).toEqual([]);
  });

  it('refuses a file that is no model, and continues', async () => {
    const { page } = here;
    await page.locator('[data-purpose="model"]').setInputFiles(join(folder, 'image.png'));
    const alert = page.getByRole('alert');
    expect(await alert.textContent()).toMatch(/“image\.png” can’t be opened.*safetensors/);
  });

  it('opens a model that the command line wrote, and classifies an image as it does', async () => {
    const { page } = here;
    await page.locator('[data-purpose="model"]').setInputFiles(join(folder, 'run/model.safetensors'));
    await page.locator('.model', { hasText: 'preact/resnet' }).waitFor();
    await show('image.png');
    await page.locator('img[alt="image.png"]').waitFor();
    await page.locator('.shares li').first().waitFor();
    const {
      images: [{ predictions }],
    } = JSON.parse(await resnet(['predict', 'run', 'image.png', '--top', '6', '--json'], folder));
    const rows = await page.locator('.shares li').allTextContents();
    expect(rows).toHaveLength(6);
    for (const { class: name, probability } of predictions) {
      const row = rows.find((text) => text.startsWith(name)) ?? '';
      // The page shows one decimal of a percent.
      const shown = Number.parseFloat(row.slice(name.length)) / 100;
      expect(Math.abs(shown - probability)).toBeLessThan(0.6e-3);
    }
    expect(rows[0]?.startsWith(predictions[0].class)).toBe(true);
  });

  it('shows what speaks for another class', async () => {
    const { page } = here;
    const second = page.locator('.shares button').nth(1);
    await second.click();
    expect(await second.getAttribute('aria-pressed')).toBe('true');
    await page.locator('canvas.heat').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it.each([
    ['cut.png', (image: Buffer) => image.subarray(0, image.length / 2), /broken or truncated/],
    ['huge.png', (image: Buffer) => withSize(image, 60_000), /60000×60000 pixels/],
    ['text.png', () => Buffer.from('not an image at all'), /not a JPEG, PNG or WebP/],
  ])('says what is wrong with %s, and takes the next one', async (name, spoil, message) => {
    const { page } = here;
    const whole = await sharp(join(folder, 'image.png')).png().toBuffer();
    writeFileSync(join(folder, name), spoil(whole));
    await show(name);
    const alert = page.getByRole('alert').filter({ hasText: 'This picture can’t be used' });
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(message);
    await show('image.png');
    await page.locator('.answer-name strong').waitFor();
    expect(await alert.count()).toBe(0);
  });

  it('classifies many pictures, as the command line does, into a table to sort and a file', async () => {
    const { page } = here;
    mkdirSync(join(folder, 'many', 'below'), { recursive: true });
    for (let index = 0; index < 19; index++) {
      const levels = Buffer.from(Array.from({ length: 20 * 24 * 3 }, (_, i) => (i * (7 + index) * 31) % 256));
      const image = sharp(levels, { raw: { width: 24, height: 20, channels: 3 } }).blur(1 + index / 4);
      await image.png().toFile(join(folder, 'many', index % 3 === 0 ? 'below' : '', `${10 + index}.png`));
    }
    writeFileSync(join(folder, 'many', 'broken.png'), 'not an image');
    writeFileSync(join(folder, 'many', 'notes.txt'), 'words');
    await page.locator('[data-purpose="image-folder"]').setInputFiles(join(folder, 'many'));
    await page.getByRole('heading', { name: '20 pictures', exact: true }).waitFor();
    expect(await page.locator('.many [role="status"]').textContent()).toBe(
      '1 can’t be used. 1 other file was left out.',
    );
    const table = (await downloaded(page, 'Download as CSV')).toString();
    await resnet(['predict', 'run', 'many', '--out', 'many.csv', '--on-error', 'skip'], folder);
    const theirs = readFileSync(join(folder, 'many.csv'), 'utf8').trimEnd().split('\n');
    const ours = table.trimEnd().split('\n');
    expect(ours[0]).toBe(theirs[0]);
    const byImage = new Map(
      theirs.map((line) => [line.split(',')[0]?.replace(/^many./, ''), line.split(',')]),
    );
    expect(ours.length).toBe(theirs.length);
    for (const line of ours.slice(1)) {
      const [name = '', label, probability] = line.split(',');
      const [, theirLabel, theirProbability] = byImage.get(name.replace(/^many./, '')) ?? [];
      expect([name, label]).toEqual([name, theirLabel]);
      expect(Math.abs(Number(probability) - Number(theirProbability))).toBeLessThan(1e-5);
    }

    await page.getByRole('button', { name: 'Sure' }).click();
    const sure = await page.locator('.many tbody td.number').allTextContents();
    expect(sure.map(Number.parseFloat)).toEqual(sure.map(Number.parseFloat).sort((a, b) => a - b));
    await page.getByRole('button', { name: 'many/11.png' }).click();
    await page.locator('img[alt="11.png"]').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close the table' }).click();
    expect(await page.locator('.many').count()).toBe(0);
  });

  it('classifies what the webcam sees', async () => {
    const { page } = here;
    await page.getByRole('button', { name: 'Use the webcam' }).click();
    await page.getByRole('button', { name: 'Take the picture' }).click();
    await page.locator('img[alt^="webcam-"]').waitFor();
    await page.locator('.answer-name strong').waitFor();
    await page.getByRole('button', { name: 'Close the camera' }).click();
  });

  it('makes no outside request, and hides no error', () => {
    expect(here.outside).toEqual([]);
    expect(here.errors).toEqual([]);
  });
});

/** A PNG whose header claims another size. */
function withSize(png: Buffer, side: number): Buffer {
  const changed = Buffer.from(png);
  changed.writeUInt32BE(side, 16);
  changed.writeUInt32BE(side, 20);
  return changed;
}
