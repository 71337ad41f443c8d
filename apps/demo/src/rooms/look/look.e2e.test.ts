import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems, type Visit, visit, whyNoBrowser } from '../../e2e.test-support.js';

describe.skipIf(whyNoBrowser !== null)(`the Look room ${whyNoBrowser ?? ''}`, () => {
  let here: Visit;
  beforeAll(async () => {
    here = await visit({ room: 'look' });
  });
  afterAll(() => here.close());

  it('draws the course’s ResNet-50, and opens its blocks', async () => {
    const { page } = here;
    const drawing = page.locator('.diagram').first();
    await drawing.waitFor();
    expect(await drawing.locator('.node.block').count()).toBe(16);
    expect(await page.locator('.inspector').textContent()).toContain('23.6 million');
    await drawing.locator('.node.block').first().click();
    expect(await drawing.locator('.node.block').count()).toBe(15);
    expect(await drawing.locator('.node.conv').count()).toBe(4); // three, and the projection's
    await page.getByRole('button', { name: 'Open all blocks' }).click();
    expect(await drawing.locator('.node.conv').count()).toBe(53);
    expect(await drawing.locator('.node.add').count()).toBe(16);
  });

  it('selects a layer by keyboard alone', async () => {
    const { page } = here;
    await page.getByRole('button', { name: 'Close all blocks' }).click();
    await page.locator('.diagram svg [tabindex="0"]').first().focus();
    await page.keyboard.press('Home');
    for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowRight');
    expect(await page.locator('.inspector h2').textContent()).toBe('block 2a');
    await page.keyboard.press('Enter');
    expect(await page.locator('.diagram .group.block').count()).toBe(1);
    // The whole drawing is a single stop of the Tab key.
    await page.keyboard.press('Tab');
    expect(await page.locator('.diagram svg :focus').count()).toBe(0);
  });

  it('draws the plain twin without a single shortcut', async () => {
    const { page } = here;
    await page.getByLabel('Its plain twin beneath').check();
    const [residual, plain] = [page.locator('.diagram').first(), page.locator('.diagram').nth(1)];
    expect(await residual.locator('.edge.identity').count()).toBe(12);
    expect(await residual.locator('.edge.projection').count()).toBeGreaterThanOrEqual(4);
    expect(await plain.locator('.edge:not(.main)').count()).toBe(0);
  });

  it('offers every network, by family, and shows groups and gates', async () => {
    const { page } = here;
    await page.getByLabel('Its plain twin beneath').uncheck();
    const choice = page.getByLabel('What to look at');
    expect(
      await choice.locator('optgroup').evaluateAll((all) => all.map((each) => each.getAttribute('label'))),
    ).toEqual([...['To begin with', 'torchvision', 'timm', 'Keras Applications', 'CIFAR', 'MLPerf Tiny']]);
    const drawing = page.locator('.diagram').first();
    await choice.selectOption('seresnext50_32x4d');
    expect(await page.locator('.inspector').textContent()).toContain('Hu et al. 2018');
    expect(await drawing.locator('.node.block .bar.gate').count()).toBe(16);
    expect(await drawing.textContent()).toContain('3×3, 128, 32 groups');
    await drawing.locator('.node.block').first().click();
    await drawing.locator('.node.gate').first().hover();
    expect(await page.locator('.inspector').textContent()).toContain('a factor between 0 and 1 for each');
    await choice.selectOption('cifar/resnet110');
    expect(await drawing.locator('.node.block').count()).toBe(54);
    expect(await drawing.locator('.edge.subsampled').count()).toBeGreaterThanOrEqual(2);
    expect(await page.locator('.key').textContent()).toContain('subsampled shortcut');
  });

  it('pushes an image through, and shows the maps of a layer', async () => {
    const { page } = here;
    await page.getByLabel('What to look at').selectOption({ label: 'A small network' });
    await page.getByRole('button', { name: 'Open all blocks' }).click();
    await page.locator('.node.conv').nth(1).hover();
    await page.getByRole('button', { name: 'Hand 5' }).click();
    await page.locator('.maps figcaption', { hasText: 'conv1a: all 32 maps, 16 × 16' }).waitFor();
  });

  it('is accessible, makes no outside request, and hides no error', async () => {
    expect(await accessibilityProblems(here.page)).toEqual([]);
    expect(here.outside).toEqual([]);
    expect(here.errors).toEqual([]);
  });
});

describe.skipIf(whyNoBrowser !== null)('on a phone', () => {
  it('every room fits, an opened block too, and what describes a layer can be closed', async () => {
    const phone = { width: 390, height: 844 };
    const { page, errors, close } = await visit({ viewport: phone });
    try {
      await page.locator('.node.block').nth(1).click();
      const isNarrow = () =>
        page.locator('.diagram .scroll').evaluate((each) => each.scrollWidth <= each.clientWidth);
      expect(await page.locator('.diagram .group.block').count()).toBe(1);
      expect(await isNarrow()).toBe(true);
      for (const closing of ['button', 'Escape']) {
        await page.locator('.node.conv').first().click();
        await page.locator('.has-layer').waitFor();
        if (closing === 'Escape') await page.keyboard.press('Escape');
        else await page.getByRole('button', { name: 'Close the description' }).click();
        expect(await page.locator('.has-layer').count()).toBe(0);
      }
      await page.getByLabel('What to look at').selectOption('seresnet50');
      await page.locator('.node.block').nth(1).click();
      await page.locator('.node.gate').first().waitFor();
      expect(await isNarrow()).toBe(true);
      await page.getByLabel('What to look at').selectOption('resnet152');
      expect(await isNarrow()).toBe(true);
      for (const room of ['Look', 'Train', 'Use', 'Prove']) {
        await page.getByRole('navigation').getByRole('link', { name: room }).click();
        await page.locator('main h1').waitFor();
        for (const [width, height] of [
          [320, 640],
          [360, 740],
          [390, 844],
          [768, 1024],
          [740, 360],
        ] as const) {
          await page.setViewportSize({ width, height });
          const over = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          await expect.poll(over, { message: `${room}, ${width}×${height}` }).toBeLessThanOrEqual(0);
        }
      }
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  });
});

describe.skipIf(whyNoBrowser !== null)('a static host that sets no headers', () => {
  it('is isolated by the service worker, so that threads compute', async () => {
    const { page, errors, close } = await visit({ plain: true, room: 'use' });
    try {
      await page.waitForFunction(() => crossOriginIsolated);
      await page.locator('.lamp-ready').waitFor();
      expect(errors).toEqual([]);
    } finally {
      await close();
    }
  });
});
