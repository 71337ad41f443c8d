import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { register } from '@resnetjs/backend-wasm';
import { createPredictor, disposeVariables, topClasses } from '@resnetjs/core';
import { decodeImage } from '@resnetjs/data/node';
import { decodeClassifier } from '@resnetjs/weights';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessibilityProblems,
  downloaded,
  long,
  startTraining,
  visit,
  waitForSteps,
  whyNoBrowser,
} from '../../e2e.test-support.js';

const data = fileURLToPath(new URL('../../../../../../shared/data/', import.meta.url));
const weights = join(data, 'pretrained/resnet20-12fca82f.th');
const classes = ['daisy', 'dandelion', 'roses', 'sunflowers', 'tulips'];
const absent = [weights, join(data, 'flowers')].filter((path) => !existsSync(path));
const why = whyNoBrowser ?? (absent.length > 0 ? `(there is no ${absent.join(', ')})` : null);

describe.skipIf(why !== null)(`a last layer on trained weights ${why ?? ''}`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'resnetjs-page-'));
    for (const name of classes) {
      mkdirSync(join(folder, 'flowers', name), { recursive: true });
      for (const file of imagesOf(name).slice(0, 20)) {
        cpSync(join(data, 'flowers', name, file), join(folder, 'flowers', name, file));
      }
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const give = async (page: Page) => {
    await page.getByRole('radio', { name: 'Teach it your own pictures' }).check();
    await page.locator('[data-purpose="folders"]').setInputFiles(join(folder, 'flowers'));
    await page.locator('.setup-part [data-purpose="model"]').setInputFiles(weights);
    await page.getByText('a new last layer, from 64 features').waitFor();
  };

  it('learns five classes of twenty pictures each, which are then told apart here and elsewhere', async () => {
    const { page, errors, outside, close } = await visit({ room: 'train' });
    try {
      const from = performance.now();
      await give(page);
      await startTraining(page);
      const result = page.locator('.results h2');
      await result.waitFor({ timeout: long });
      const shown = Number.parseFloat((await result.textContent()) ?? '');
      const file = await downloaded(page, 'Download the model');
      await page.locator('.results').getByRole('link', { name: 'Use it' }).click();
      const unseen = join(data, 'flowers/sunflowers', imagesOf('sunflowers')[30] as string);
      await page.locator('[data-purpose="image"]').setInputFiles(unseen);
      const answer = page.locator('.answer-name strong');
      await answer.waitFor();
      console.log(`from the first click to a used and downloaded model: ${seconds(from)} s; ${shown} %`);
      await register();
      const { training, ...classifier } = await decodeClassifier(file);
      expect(classifier.classes).toEqual(classes);
      expect(training?.from).toMatchObject({ file: 'resnet20-12fca82f.th', container: 'pytorch-legacy' });
      expect(training?.final.validation?.accuracy).toBeCloseTo(shown / 100, 3);
      const predictor = createPredictor(classifier);
      const predicted = async (...files: string[]) => {
        const images = await Promise.all(files.map((file) => decodeImage(file)));
        const all = await predictor.predict(images);
        return all.map((probabilities) => topClasses(classes, probabilities, 1)[0]);
      };
      const [best] = await predicted(unseen);
      expect(await answer.textContent()).toBe(best?.class);
      const sure = Number.parseFloat((await page.locator('.answer-name span').textContent()) ?? '');
      expect(sure / 100).toBeCloseTo(best?.probability ?? 0, 1); // browsers decode JPEG a little differently
      let right = 0;
      for (const name of classes) {
        const others = imagesOf(name).slice(20, 50);
        const answers = await predicted(...others.map((file) => join(data, 'flowers', name, file)));
        right += answers.filter((one) => one?.class === name).length;
      }
      predictor.dispose();
      disposeVariables(classifier.variables);
      // The features of ResNet-20 on CIFAR tell about 38 % of flowers apart, and guessing 20 %.
      expect(right / 150).toBeGreaterThan(0.3);
      expect(outside).toEqual([]);
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  });

  it('is accessible, says what is missing, and resumes after a reload where it was', async () => {
    const { page, close } = await visit({ room: 'train', viewport: { width: 320, height: 700 } });
    try {
      await page.getByRole('radio', { name: 'Teach it your own pictures' }).check();
      await page.getByText('Give pictures of at least two classes.').waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      await give(page);
      await page.getByLabel('Vary the pictures').check();
      await page.locator('.varied canvas').nth(5).waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      const hidden = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
      expect(await page.evaluate(hidden)).toBeLessThanOrEqual(0);
      await page.locator('details.setup-part > summary').click();
      await page.getByLabel('Epochs', { exact: true }).fill('200');
      await page.getByLabel('Schedule').focus();
      await startTraining(page);
      await page.getByText('is kept in this browser').waitFor({ state: 'attached' });
      await page.reload();
      const offer = page.locator('.notice', { hasText: 'A training is waiting' });
      const kept = Number(/step ([\d,]+) of/.exec((await offer.textContent()) ?? '')?.[1]?.replace(',', ''));
      await page.getByRole('button', { name: 'Resume it' }).click();
      await page.getByText('that was kept with this training').waitFor();
      await waitForSteps(page, kept + 1);
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.locator('.results').waitFor({ timeout: long });
      expect(await accessibilityProblems(page)).toEqual([]);
    } finally {
      await close();
    }
  });
});

const seconds = (from: number) => ((performance.now() - from) / 1000).toFixed(0);

function imagesOf(name: string): readonly string[] {
  return readdirSync(join(data, 'flowers', name)).sort();
}
