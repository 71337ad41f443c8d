import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessibilityProblems,
  downloaded,
  long,
  type Visit,
  visit,
  whyNoBrowser,
} from '../../e2e.test-support.js';

/** In software, WebGL takes minutes: with RESNETJS_THOROUGH=1 it is compared, too. The browser tests always compare it. */
const thorough = process.env.RESNETJS_THOROUGH === '1';
const withoutWebGL = ['--disable-gpu', '--disable-software-rasterizer'];

describe.skipIf(whyNoBrowser !== null)(`the Prove room ${whyNoBrowser ?? ''}`, () => {
  let here: Visit;
  beforeAll(async () => {
    here = await visit({ room: 'prove', flags: thorough ? [] : withoutWebGL });
  });
  afterAll(() => here.close());

  it('compares the backends with float64, and offers a report', async () => {
    const { page } = here;
    await page.getByRole('button', { name: 'Prove it here' }).click();
    const report = page.getByRole('button', { name: 'Download the report' });
    await report.waitFor({ timeout: long });
    for (const name of thorough ? ['WebAssembly', 'WebGL'] : ['WebAssembly']) {
      const verdict = (await page.getByRole('region', { name, exact: true }).textContent()) ?? '';
      const [, passed, total] = /(\d+) of (\d+)/.exec(verdict) ?? [];
      expect(Number(total)).toBeGreaterThan(10);
      expect(passed).toBe(total);
      expect(verdict).toMatch(/Closest to its bound\S+\s×\s10⁻\S+, with\s\S+\s×\s10⁻\S+ allowed, in \w/u);
    }
    expect(await page.locator('.prove-part td .good').count()).toBe(thorough ? 20 : 10);
    expect(await page.locator('.speeds .number').count()).toBe(thorough ? 6 : 3);

    const html = (await downloaded(page, 'Download the report')).toString();
    const json = /<script type="application\/json" id="figures">(.*)<\/script>/.exec(html)?.[1] ?? '';
    const { cases, proofs } = JSON.parse(json);
    expect(proofs.map(({ backend }: { backend: string }) => backend)).toEqual(['wasm', 'webgl']);
    for (const { backend, results } of proofs) {
      if (thorough || backend === 'wasm') expect(results).toHaveLength(cases.length);
    }
    if (!thorough) await saysThatWebGLCannotRun(page);
  });

  it('stops, and says so', async () => {
    const { page } = here;
    await page.getByRole('button', { name: 'Measure the speed' }).click();
    await page.getByText('resnet18 …').waitFor({ timeout: long });
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('WebAssembly: Stopped before the end.').waitFor({ timeout: long });
    expect(await page.getByRole('button', { name: 'Measure the speed' }).isEnabled()).toBe(true);
  });

  it('times real networks, and offers the times', async () => {
    const { page } = here;
    // WebGL in software would take minutes; where it is off, it says so.
    if (thorough) await page.getByRole('checkbox', { name: 'WebGL' }).click();
    await page.getByRole('button', { name: 'Measure the speed' }).click();
    const offer = page.getByRole('button', { name: 'Download the times' });
    await offer.waitFor({ timeout: long });
    const { backends } = JSON.parse((await downloaded(page, 'Download the times')).toString());
    const [wasm] = backends;
    expect(wasm.details.instructions).toMatch(/^WebAssembly SIMD, 128 bits/);
    expect(wasm.workloads.map(({ network }: { network: string }) => network)).toEqual([
      ...['resnet18', 'resnet50', 'course/resnet50'],
    ]);
    for (const { median, rounds } of wasm.workloads) expect(rounds).toContain(median);
  });

  it('is accessible, makes no outside request, and hides no error', async () => {
    expect(await accessibilityProblems(here.page)).toEqual([]);
    expect(here.outside).toEqual([]);
    expect(here.errors).toEqual([]);
  });

  // Without RESNETJS_THOROUGH=1 it can't run in the first test either.
  it.runIf(thorough)('says so if a backend can’t run, and compares the other', async () => {
    const { page, close } = await visit({ room: 'prove', flags: withoutWebGL });
    try {
      await page.getByRole('button', { name: 'Prove it here' }).click();
      await page.getByRole('button', { name: 'Download the report' }).waitFor({ timeout: long });
      await saysThatWebGLCannotRun(page);
      const wasm = page.getByRole('region', { name: 'WebAssembly', exact: true });
      expect(await wasm.textContent()).toMatch(/(\d+) of \1/);
    } finally {
      await close();
    }
  });
});

async function saysThatWebGLCannotRun(page: Page): Promise<void> {
  const webgl = page.getByRole('region', { name: 'WebGL', exact: true });
  expect(await webgl.getByRole('alert').textContent()).toMatch(/WebGL/);
}
