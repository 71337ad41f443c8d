import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { File as Hdf5File, ready } from 'h5wasm/node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessibilityProblems,
  downloaded,
  long,
  resnet,
  setUpTraining,
  startTraining,
  visit,
  waitForSteps,
  whyNoBrowser,
} from '../../e2e.test-support.js';

describe.skipIf(whyNoBrowser !== null)(`the visitor’s own images ${whyNoBrowser ?? ''}`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'resnetjs-page-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('come in folders; a broken one is left out', async () => {
    const classes = { red: { r: 200, g: 40, b: 40 }, blue: { r: 40, g: 60, b: 200 } };
    for (const [name, background] of Object.entries(classes)) {
      mkdirSync(join(folder, 'own', name), { recursive: true });
      for (let i = 0; i < 15; i++) {
        const shade = { ...background, g: background.g + 3 * i };
        const image = sharp({ create: { width: 40, height: 30, channels: 3, background: shade } });
        await image.jpeg().toFile(join(folder, 'own', name, `${i}.jpg`));
      }
    }
    writeFileSync(join(folder, 'own/red/broken.jpg'), Buffer.from('ffd8ffe000104a46', 'hex'));
    const { page, close } = await visit({ room: 'train' });
    try {
      await page.getByRole('radio', { name: 'Your own', exact: true }).check();
      expect(await page.getByRole('button', { name: 'Start training' }).isDisabled()).toBe(true);
      await page.locator('[data-purpose="folders"]').setInputFiles(join(folder, 'own'));
      expect(await page.locator('.classes li').count()).toBe(2);
      await setUpTraining(page, { Epochs: 4, 'Batch size': 4, 'Size, pixels': 16 });
      await startTraining(page);
      await page.locator('.results').waitFor({ timeout: long });
      expect(await page.locator('summary', { hasText: '1 files could not be read' }).count()).toBe(1);
      expect(await page.locator('.results h2').textContent()).toMatch(/^100\.0 %/);
      expect(await page.locator('.confusion thead').textContent()).toContain('red');
    } finally {
      await close();
    }
  });

  it('are split as their folders say, and the command line finds the same', async () => {
    const root = join(folder, 'split');
    for (const [part, count] of Object.entries({ train: 12, Test: 8 })) {
      for (const [label, name] of ['red', 'blue', 'Zed'].entries()) {
        const own = join(root, part, name, name === 'red' ? 'session2' : '');
        mkdirSync(own, { recursive: true });
        for (let i = 0; i < count; i++) {
          // Hard to tell apart, so that an accuracy is not the same by chance.
          const pixels = Uint8Array.from(
            { length: 16 * 16 * 3 },
            (_, at) => (at * at * 7 + at * (i + 20 * part.length) * 13 + (at % 3 === label ? 12 : 0)) % 256,
          );
          await sharp(pixels, { raw: { width: 16, height: 16, channels: 3 } })
            .png()
            .toFile(join(own, `${i}.png`));
        }
      }
    }
    cpSync(join(root, 'train/blue/1.png'), join(root, 'Test/blue/1.png'));
    cpSync(join(root, 'train/blue/2.png'), join(root, 'train/Zed/none'));
    writeFileSync(join(root, 'train/red/a.gif'), 'GIF89a');
    const { page, close } = await visit({ room: 'train' });
    try {
      await page.getByRole('radio', { name: 'Your own', exact: true }).check();
      const give = () => page.locator('[data-purpose="folders"]').setInputFiles(root);
      await give();
      const panel = page.locator('.setup-part').first();
      await panel.getByText('The network is checked on “Test”').waitFor();
      await panel.getByText('Left out: 1 file: 1 .gif (train/red/a.gif). Only JPEG').waitFor();
      await give();
      await panel.getByText('61 pictures were there already').waitFor();
      expect(await panel.locator('.classes .number').allTextContents()).toEqual([
        '13 + 8 unseen',
        '12 + 8 unseen',
        '12 + 8 unseen',
      ]);
      expect(await accessibilityProblems(page)).toEqual([]);
      await setUpTraining(page, { Epochs: 2, 'Batch size': 8, 'Size, pixels': 16, 'Learning rate': 0.01 });
      await startTraining(page);
      await panel
        .getByText('1 picture that the network is checked on is also one that it learns from')
        .waitFor();
      await panel.getByText('1 picture is in another class as well').waitFor();
      await page.locator('.results').waitFor({ timeout: long });
      writeFileSync(join(folder, 'split.safetensors'), await downloaded(page, 'Download the model'));
      const args = ['evaluate', 'split.safetensors', '--data', 'split', '--json'];
      const { images, accuracy, classes } = JSON.parse(await resnet(args, folder));
      expect(images).toBe(24);
      expect(classes).toEqual(['Zed', 'blue', 'red']);
      const shown = Number.parseFloat((await page.locator('.results h2').textContent()) ?? '');
      expect(shown).toBe(Number((100 * accuracy).toFixed(1)));

      // What is held out stays held out after a reload: otherwise the training would be refused.
      await page.getByLabel('Epochs', { exact: true }).fill('200');
      await page.getByLabel('Schedule').focus();
      await startTraining(page);
      await page.locator('.running', { hasText: 'is kept in this browser' }).waitFor();
      await page.reload();
      await page.getByRole('button', { name: 'Resume it' }).click();
      await waitForSteps(page, 10);
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.locator('.results').waitFor({ timeout: long });
    } finally {
      await close();
    }
  });

  it('come in one of the course’s HDF5 files; another file is refused', async () => {
    await writeSigns(join(folder, 'signs.h5'));
    writeFileSync(join(folder, 'other.h5'), 'no HDF5 at all');
    const { page, errors, close } = await visit({ room: 'train' });
    try {
      await page.getByRole('radio', { name: 'Your own', exact: true }).check();
      await page.locator('[data-purpose="hdf5"]').setInputFiles(join(folder, 'other.h5'));
      await startTraining(page);
      const alert = page.getByRole('alert').filter({ hasText: 'The training could not start' });
      await alert.waitFor();
      expect(await alert.textContent()).toContain(
        '“other.h5” cannot be read as SIGNS images: it is not an HDF5 file',
      );
      await page.locator('[data-purpose="hdf5"]').setInputFiles(join(folder, 'signs.h5'));
      await setUpTraining(page, { Epochs: 2, 'Batch size': 8 });
      await startTraining(page);
      await page.locator('.results').waitFor({ timeout: long });
      expect(await page.locator('.confusion thead').textContent()).toContain('seven');
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  });

  it('come in a dropped HDF5 file of images that are not square, with labels that are floats', async () => {
    await writeSigns(join(folder, 'wide.hdf5'), { height: 8, width: 32, float: true });
    const { page, errors, close } = await visit({ room: 'train' });
    try {
      await page.getByRole('radio', { name: 'Your own', exact: true }).check();
      const box = await page.locator('.drop').boundingBox();
      const devTools = await page.context().newCDPSession(page);
      const files = [join(folder, 'wide.hdf5')];
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
        await devTools.send('Input.dispatchDragEvent', {
          type,
          x: (box?.x ?? 0) + 20,
          y: (box?.y ?? 0) + 20,
          data: { items: [], files, dragOperationsMask: 1 },
        });
      }
      await page.getByText('Using wide.hdf5.').waitFor();
      await setUpTraining(page, { Epochs: 1, 'Batch size': 8, 'Size, pixels': 16 });
      await startTraining(page);
      await page.locator('.results').waitFor({ timeout: long });
      expect(await page.locator('.confusion thead').textContent()).toContain('seven');
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  });

  it('are taken by webcam, class by class', async () => {
    const { page, close } = await visit({
      room: 'train',
      flags: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
    });
    try {
      await page.getByRole('radio', { name: 'Your own', exact: true }).check();
      for (const index of [1, 2]) {
        await page.getByRole('button', { name: 'Add a class by webcam' }).click();
        const name = page.getByLabel(`Name of class ${index}`);
        await name.fill(index === 1 ? 'left' : 'right');
        await name.blur();
        const hold = page.getByRole('button', { name: 'Hold to take pictures' });
        await page.locator('.webcam button:not(:disabled)', { hasText: 'Hold' }).waitFor();
        await hold.hover();
        await page.mouse.down();
        await page
          .locator('.classes li')
          .nth(index - 1)
          .locator('.number', { hasText: /^([6-9]|\d\d)$/ })
          .waitFor();
        await page.mouse.up();
        expect(await accessibilityProblems(page)).toEqual([]);
        await page.getByRole('button', { name: 'Close the camera' }).click();
      }
      await setUpTraining(page, { Epochs: 1, 'Batch size': 4, 'Size, pixels': 16 });
      await startTraining(page);
      await page.locator('.results').waitFor({ timeout: long });
      expect(await page.locator('.confusion thead').textContent()).toContain('right');
    } finally {
      await close();
    }
  });
});

/** An HDF5 file as the course's: 60 images in two classes. */
async function writeSigns(
  path: string,
  { height = 16, width = 16, float = false }: { height?: number; width?: number; float?: boolean } = {},
): Promise<void> {
  await ready;
  const [count, bytes] = [60, height * width * 3];
  const pixels = Uint8Array.from({ length: count * bytes }, (_, i) => {
    const label = Math.floor(i / bytes) % 2;
    return label === 0 ? i % 100 : 155 + (i % 100);
  });
  const classes = Array.from({ length: count }, (_, i) => i % 2);
  const labels = float ? Float32Array.from(classes) : Uint8Array.from(classes);
  const file = new Hdf5File(path, 'w');
  file.create_dataset({ name: 'train_set_x', data: pixels, shape: [count, height, width, 3] });
  file.create_dataset({ name: 'train_set_y', data: labels, shape: [count] });
  file.create_dataset({ name: 'list_classes', data: ['six', 'seven'] });
  file.close();
}
