import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessibilityProblems,
  downloaded,
  dropped,
  long,
  resnet,
  setUpTraining,
  startTraining,
  stepsDone,
  type Visit,
  visit,
  waitForSteps,
  whyNoBrowser,
} from '../../e2e.test-support.js';

/** What the form offers takes minutes: that is learned with RESNETJS_THOROUGH=1. */
const thorough = process.env.RESNETJS_THOROUGH === '1';
const smaller = {
  Epochs: 4,
  'Batch size': 16,
  'Pictures to draw': 600,
  'Size, pixels': 20,
  'Learning rate': 0.003,
};
const accuracy = thorough ? 90 : 30;

/** A training of a few seconds. */
const quick = { Epochs: 1, 'Pictures to draw': 320, 'Size, pixels': 16 } as const;
/** One that outlasts any test. */
const endless = { ...quick, Epochs: 200 } as const;

describe.skipIf(whyNoBrowser !== null)(`the Train room ${whyNoBrowser ?? ''}`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'resnetjs-page-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe('the built-in signs', () => {
    let here: Visit;
    beforeAll(async () => {
      here = await visit({ room: 'train' });
    });
    afterAll(() => here.close());

    it(`are learned to ${accuracy} % of unseen pictures`, async () => {
      const { page } = here;
      if (!thorough) await setUpTraining(page, smaller);
      await startTraining(page);
      const result = page.locator('.results h2');
      await result.waitFor({ timeout: long });
      expect(Number.parseFloat((await result.textContent()) ?? '')).toBeGreaterThanOrEqual(accuracy);
    });

    it('make a model for which the command line computes the same accuracy', async () => {
      const { page } = here;
      writeFileSync(join(folder, 'model.safetensors'), await downloaded(page, 'Download the model'));
      const args = ['evaluate', 'model.safetensors', '--data', 'synthetic:signs', '--json'];
      const { accuracy, images } = JSON.parse(await resnet(args, folder));
      expect(images).toBe(600);
      const shown = Number.parseFloat((await page.locator('.results h2').textContent()) ?? '');
      expect(shown).toBe(Number((100 * accuracy).toFixed(1)));
    });

    it('are recognized by it, also after a reload', async () => {
      const { page, url } = here;
      await page.goto(`${url}#use`);
      await page.reload();
      let right = 0;
      for (let i = 0; i < 12; i++) {
        const verdict = page.locator('.answer .aside').first();
        await verdict.waitFor();
        if ((await verdict.textContent())?.startsWith('Right')) right++;
        const before = await page.locator('.use-image canvas').first().getAttribute('aria-label');
        await page.getByRole('button', { name: 'Another drawn hand' }).click();
        const other = page.locator(`.use-image canvas:not([aria-label="${before}"])`).first();
        await other.waitFor();
        await page.locator('.answer-name strong').waitFor();
      }
      expect(right).toBeGreaterThanOrEqual(thorough ? 9 : 4);
      expect(await page.locator('canvas.heat').count()).toBe(1);
    });

    it('are learned accessibly, without outside requests or hidden errors', async () => {
      const { page, url } = here;
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.goto(`${url}#train`);
      await page.getByRole('button', { name: 'Start training' }).waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(here.outside).toEqual([]);
      expect(here.errors).toEqual([]);
    });
  });

  it('pauses, resumes, stops; and after a reload resumes from its checkpoint', async () => {
    const { page, close } = await visit({ room: 'train' });
    try {
      await page.getByLabel('Train its plain twin beside it').check();
      await setUpTraining(page, endless);
      await startTraining(page);
      await waitForSteps(page, 5);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.locator('.running-words', { hasText: 'Paused' }).waitFor();
      const paused = await stepsDone(page);
      await page.waitForTimeout(1500); // long enough for many steps
      expect(await stepsDone(page)).toBe(paused);
      // It kept the step at which it paused.
      expect(await savedTraining(page)).toMatchObject({ step: paused, checkpoints: 2 });
      await page.getByRole('button', { name: 'Resume', exact: true }).click();
      await page.locator('.running', { hasText: 'is kept in this browser' }).waitFor();

      await page.reload();
      const offer = page.locator('.notice', { hasText: 'A training is waiting' });
      const saved = Number(
        /step ([\d,]+) of/.exec((await offer.textContent()) ?? '')?.[1]?.replace(/,/g, ''),
      );
      expect(saved).toBeGreaterThan(0);
      expect(await page.getByLabel('Epochs', { exact: true }).inputValue()).toBe('5');
      await page.getByRole('button', { name: 'Resume it' }).click();
      await waitForSteps(page, saved + 1);
      expect(await page.getByText('Resumed with other rounding').count()).toBe(0);
      // The form shows the training that runs, and that it can't be changed now.
      await page.locator('details.setup-part > summary').click();
      for (const [label, value] of [
        ['Epochs', endless.Epochs],
        ['Pictures to draw', endless['Pictures to draw']],
        ['Size, pixels', endless['Size, pixels']],
      ] as const) {
        const field = page.getByLabel(label, { exact: true });
        expect([label, await field.inputValue()]).toEqual([label, String(value)]);
        expect(await field.isDisabled()).toBe(true);
        expect(await field.evaluate((each) => getComputedStyle(each).borderStyle)).toBe('dashed');
      }
      expect(await page.getByLabel('Train its plain twin beside it').isChecked()).toBe(true);
      // What the page has no use for is refused in words, and doesn't take the page's place.
      expect(await dropped(page, 'notes.txt', 'words')).toBe(true);
      await page
        .getByRole('alert')
        .filter({ hasText: '“notes.txt” is neither a model nor a picture' })
        .waitFor();
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.locator('.running-words', { hasText: 'Stopped' }).waitFor({ timeout: long });
      const figures = (await downloaded(page, 'Download the figures')).toString().trim().split('\n');
      const [residual, plain] = ['residual', 'plain'].map((variant) =>
        figures.filter((line) => line.startsWith(`${variant},`)).map((line) => Number(line.split(',')[1])),
      );
      // Every step is there once: those before the reload, and those after it.
      expect(residual).toEqual(Array.from({ length: residual?.length ?? 0 }, (_, i) => i + 1));
      // It stopped between two turns, so that both have a checkpoint of the same step.
      expect(plain).toEqual(residual);
      expect((await savedTraining(page)).checkpoints).toBe(2);
      // An accuracy stands over the model if it is this model's: evaluated after its last step.
      const [, , , , evaluated] =
        figures
          .filter((line) => line.startsWith('residual,'))
          .at(-1)
          ?.split(',') ?? [];
      const title = (await page.locator('.results h2').textContent()) ?? '';
      expect(title).toMatch(evaluated ? /of unseen pictures recognized$/ : /^The model$/);
    } finally {
      await close();
    }
  });

  it('resumes a training that the page saved in its former version', async () => {
    const { page, close } = await visit({ room: 'train' });
    try {
      await page.getByLabel('Train its plain twin beside it').check();
      await setUpTraining(page, endless);
      await startTraining(page);
      await page.locator('.running', { hasText: 'is kept in this browser' }).waitFor();
      await page.reload();
      await page.getByRole('button', { name: 'Resume it' }).waitFor();
      await page.evaluate(makeFormer);
      await page.reload();
      await page.getByRole('button', { name: 'Resume it' }).click();
      const { step } = await savedTraining(page);
      await page.getByText('A former version of this page began this training.').waitFor();
      await waitForSteps(page, step + 11);
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.locator('.running-words', { hasText: 'Stopped' }).waitFor({ timeout: long });
      expect(await savedTraining(page)).toMatchObject({ version: 3, network: { name: 'preact/resnet' } });
    } finally {
      await close();
    }
  });

  it.skipIf(!thorough)('gives the same losses on WebGL as on WebAssembly, twenty steps long', async () => {
    const losses: Record<string, number[]> = {};
    for (const name of ['WebAssembly', 'WebGL']) {
      const { page, close } = await visit({ room: 'train' });
      try {
        await page.getByRole('button', { name: /^WebAssembly/ }).click();
        await page.getByRole('radio', { name }).check();
        await page.keyboard.press('Escape');
        // A small learning rate: at the default, the last loss is 0.03 off, and even at 1.5e-4 a single ReLU that falls on
        // the other side of 0 costs most of what is allowed.
        await setUpTraining(page, { ...endless, 'Learning rate': 5e-5 });
        await page.getByLabel('Schedule').selectOption('constant');
        await startTraining(page);
        await waitForSteps(page, 20);
        await page.getByRole('button', { name: 'Stop', exact: true }).click();
        await page.locator('.running-words', { hasText: 'Stopped' }).waitFor({ timeout: long });
        const [, ...lines] = (await downloaded(page, 'Download the figures')).toString().trim().split('\n');
        losses[name] = lines.slice(0, 20).map((line) => Number(line.split(',')[2]));
      } finally {
        await close();
      }
    }
    expect(losses.WebAssembly).toHaveLength(20);
    losses.WebAssembly?.forEach((loss, step) => {
      expect(Math.abs(loss - (losses.WebGL?.[step] ?? Number.NaN))).toBeLessThan(1e-3);
    });
  });

  it('continues if the storage is full, and says so', async () => {
    const { page, context, url, close } = await visit({ room: 'train' });
    try {
      const devtools = await context.newCDPSession(page);
      await devtools.send('Storage.overrideQuotaForOrigin', { origin: new URL(url).origin, quotaSize: 1000 });
      await setUpTraining(page, { ...quick, Epochs: 2 });
      await startTraining(page);
      const notice = page.getByRole('alert').filter({ hasText: 'Not kept in this browser' });
      await notice.waitFor();
      expect(await notice.textContent()).toContain('no room left');
      await page.locator('.results').waitFor({ timeout: long });
    } finally {
      await close();
    }
  });

  it.runIf(thorough)(
    'says so if the browser loses the graphics device, and keeps the last checkpoint',
    async () => {
      const { page, browser, close } = await visit({ room: 'train' });
      try {
        await page.getByRole('button', { name: /^WebAssembly/ }).click();
        await page.getByRole('radio', { name: 'WebGL' }).check();
        await page.keyboard.press('Escape');
        await page.getByLabel('Residual blocks').fill('1');
        await setUpTraining(page, { ...endless, 'Batch size': 4 });
        await startTraining(page);
        await page.locator('.running', { hasText: 'is kept in this browser' }).waitFor({ timeout: long });
        const devtools = await browser.newBrowserCDPSession();
        await devtools.send('Browser.crashGpuProcess' as 'Browser.getVersion').catch(() => undefined);
        await page.getByRole('alert').filter({ hasText: 'The training ended' }).waitFor();
        await page.getByRole('button', { name: 'Resume it' }).waitFor();
      } finally {
        await close();
      }
    },
  );

  it('saves the checkpoints of only one tab, and says so in the other', async () => {
    const { page, context, url, close } = await visit({ room: 'train' });
    try {
      await setUpTraining(page, endless);
      await startTraining(page);
      await page.locator('.running', { hasText: 'is kept in this browser' }).waitFor();
      const other = await context.newPage();
      await other.goto(`${url}#train`);
      await setUpTraining(other, endless);
      await startTraining(other);
      const notice = other.getByRole('alert').filter({ hasText: 'Not kept in this browser' });
      await notice.waitFor();
      expect(await notice.textContent()).toContain('Another tab of this page is training');
      await waitForSteps(other, 5);
      await other.reload();
      await other.locator('.notice', { hasText: 'A training is waiting' }).waitFor();
    } finally {
      await close();
    }
  });
});

interface Saved {
  readonly version: number;
  readonly step: number;
  readonly network: { readonly name: string };
  /** How many variants have one. */
  readonly checkpoints: number;
}

/** The record of the saved training. */
function savedTraining(page: Page): Promise<Saved> {
  return page.evaluate(
    () =>
      new Promise<Saved>((resolve) => {
        const request = indexedDB.open('resnetjs');
        request.onsuccess = () => {
          const records = request.result.transaction('kept').objectStore('kept');
          const found = records.get('training');
          found.onsuccess = () => {
            request.result.close();
            const { version, step, network, checkpoints } = found.result;
            resolve({ version, step, network, checkpoints: checkpoints.filter(Boolean).length });
          };
        };
      }),
  );
}

/** Runs in the page: puts the saved training into the form of version 2. */
function makeFormer(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('resnetjs');
    request.onsuccess = () => {
      const transaction = request.result.transaction('kept', 'readwrite');
      const records = transaction.objectStore('kept');
      const found = records.get('training');
      found.onsuccess = () => {
        const { variants, history, network, computedWith: _, ...rest } = found.result;
        const former = { ...rest, version: 2, lanes: variants, story: history };
        records.put({ ...former, network: { ...network, name: 'resnetPreAct' } }, 'training');
      };
      transaction.oncomplete = () => {
        request.result.close();
        resolve();
      };
      transaction.onerror = () => reject(transaction.error);
    };
  });
}
