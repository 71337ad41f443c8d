import { createNetwork, type Parameter, preprocessings } from '@resnetjs/core';
import { hubServer } from '@resnetjs/hub-server';
import { encodeWeights } from '@resnetjs/weights';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems, dropped, type Visit, visit, whyNoBrowser } from '../e2e.test-support.js';

const name = 'hf:timm/resnet20.tiny';
const kinds = Array.from({ length: 10 }, (_, index) => `kind ${index}`);

/** A repository with values that differ, of a size at which activations neither vanish nor explode. */
async function repository() {
  const network = createNetwork('cifar/resnet20');
  const read = async ({ shape, role }: Parameter) => {
    const length = shape.reduce((size, side) => size * side, 1);
    if (role === 'variance' || role === 'scale') return new Float32Array(length).fill(1);
    const spread = role === 'kernel' ? Math.sqrt(2 / (length / (shape.at(-1) as number))) : 0.1;
    return Float32Array.from({ length }, (_, at) => spread * 1.4 * Math.sin(12.9898 * at * at + at));
  };
  const weights = { network, classes: null, preprocessing: preprocessings.cifar, training: null, read };
  const parts: Uint8Array[] = [];
  for await (const part of encodeWeights(weights, { to: 'safetensors' }).parts) {
    parts.push(Uint8Array.from(part));
  }
  const config = { label_names: kinds, pretrained_cfg: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } };
  return {
    files: { 'config.json': Buffer.from(JSON.stringify(config)), 'model.safetensors': Buffer.concat(parts) },
  };
}

describe.skipIf(whyNoBrowser !== null)(`networks by name ${whyNoBrowser ?? ''}`, () => {
  let hub: Awaited<ReturnType<typeof hubServer>>;
  let here: Visit;
  let photo: Buffer;
  beforeAll(async () => {
    hub = await hubServer();
    hub.setRepo('timm/resnet20.tiny', await repository());
    const noise = Buffer.from(Array.from({ length: 48 * 40 * 3 }, (_, i) => (i * 7919) % 256));
    photo = await sharp(noise, { raw: { width: 48, height: 40, channels: 3 } })
      .blur(2)
      .png()
      .toBuffer();
    here = await visit({ room: 'use' });
    here.context.setDefaultTimeout(15_000);
  });
  afterAll(async () => {
    await here?.close();
    await hub?.close();
  });

  const button = (text: string) => here.page.getByRole('button', { name: text, exact: true });
  const namesPhoto = async () => {
    await dropped(here.page, 'photo.png', photo);
    await here.page.locator('img[alt="photo.png"]').waitFor();
    await here.page.locator('canvas.heat').waitFor();
    return (await here.page.locator('.shares').textContent()) ?? '';
  };
  let answer: string;

  it('says what is fetched from where, and what leaves the browser, before any server is asked', async () => {
    const { page } = here;
    const chosen = page.locator('.hub-chosen');
    await chosen.waitFor();
    expect(await chosen.textContent()).toMatch(/huggingface\.co.*46\.8 MB.*71\.5 %.*apache-2\.0.*SHA-256/);
    expect(await chosen.textContent()).toContain('Your pictures stay here');
    await page.getByLabel('Choose one, or search by name').fill('keras 101v2');
    await page.getByRole('button', { name: 'resnet101v2' }).click();
    expect(await chosen.textContent()).toContain('may not let web pages read its files');
    await page.getByText('Fetch from a mirror').click();
    const mirror = page.getByLabel('In place of Hugging Face');
    await mirror.fill('ftp://mirror');
    await mirror.blur();
    await page.getByText('An address begins with https://.').waitFor();
    await mirror.fill(hub.url);
    await page.getByLabel('Choose one, or search by name').fill('hf:timm/resnet20.tiny@@');
    await page.locator('.hub .problem', { hasText: 'hf:OWNER/REPO' }).waitFor();
    await page.getByLabel('Choose one, or search by name').fill(name);
    await page.locator('.hub-row', { hasText: name }).click();
    expect(await chosen.textContent()).toContain(new URL(hub.url).host);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect([here.outside, hub.requests]).toEqual([[], []]);
  });

  it('pauses, and resumes after a reload where it was', async () => {
    const { page } = here;
    hub.fail('/cdn/', { slow: { bytes: 100_000, milliseconds: 300 } });
    await button('Fetch it').click();
    await page.locator('.hub-progress progress[value]').waitFor();
    await page.getByText(/kB of 1\.1 MB/).waitFor();
    await button('Pause').click();
    await button(`Resume ${name}`).waitFor();
    await page.reload();
    await button(`Resume ${name}`).click();
    await page.locator('.model', { hasText: `${name}: safetensors` }).waitFor();
    const ranges = hub.requests.flatMap(({ isCdn, headers }) => (isCdn ? [headers.range ?? 'all'] : []));
    expect(ranges).toEqual(['all', expect.stringMatching(/^bytes=[1-9]\d+-$/)]);
  });

  it('names a photo, draws the network, and sends the servers names alone', async () => {
    const { page } = here;
    answer = await namesPhoto();
    expect(answer).toContain('kind ');
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'See its drawing in Look' }).click();
    await page.locator('.inspector', { hasText: `${name}Learned numbers` }).waitFor();
    for (const { method, path, headers } of hub.requests) {
      expect([method, path]).toEqual([
        'GET',
        expect.stringMatching(/^\/(api\/models\/|cdn\/)?(timm\/|[0-9a-f]{64}$)/),
      ]);
      expect([headers.cookie, headers.referer]).toEqual([undefined, undefined]);
    }
    const hosts = new Set(here.outside.map((address) => new URL(address).origin));
    expect([...hosts].sort()).toEqual([hub.url, hub.cdnUrl].sort());
  });

  it('answers the same without a connection, after a reload, until it is deleted', async () => {
    const { page, context } = here;
    await page.getByRole('navigation').getByRole('link', { name: 'Use' }).click();
    const kept = async () => (await caches.keys()).length > 0 && (await caches.match('./')) !== undefined;
    await expect.poll(() => page.evaluate(kept), { timeout: 60_000 }).toBe(true);
    const asked = hub.requests.length;
    await context.setOffline(true);
    await page.reload();
    await page.locator('.model', { hasText: `${name}: safetensors` }).waitFor();
    expect(await namesPhoto()).toBe(answer);
    await button(`Open ${name}`).click();
    await page.locator('.news', { hasText: 'is open' }).waitFor();
    await button(`Delete ${name}`).click();
    await expect.poll(() => page.locator('.hub-kept').count()).toBe(0);
    await page.reload();
    await page.getByText('There is no model yet').waitFor();
    await context.setOffline(false);
    expect(hub.requests.length).toBe(asked);
  });

  it('takes up a connection that was cut, and holds the network in memory where there is no room', async () => {
    const { page, context, url } = here;
    const devtools = await context.newCDPSession(page);
    const { usage = 0 } = await page.evaluate(() => navigator.storage.estimate());
    await devtools.send('Storage.overrideQuotaForOrigin', {
      origin: new URL(url).origin,
      quotaSize: usage + 200_000,
    });
    const before = hub.requests.length;
    hub.fail('/cdn/', { cut: 500_000 });
    await page.getByLabel('Choose one, or search by name').fill(name);
    await page.locator('.hub-row', { hasText: name }).click();
    await button('Fetch it').click();
    await page.getByText('500 kB of 1.1 MB').waitFor();
    hub.seen(500_000);
    await page.getByText('This browser keeps nothing for this page').waitFor();
    expect(await namesPhoto()).toBe(answer);
    await expect.poll(() => page.locator('.hub-kept').count()).toBe(0);
    // Once into the storage, and once into memory.
    const ranges = hub.requests.slice(before).flatMap(({ isCdn, headers }) => (isCdn ? [headers.range] : []));
    expect(ranges).toEqual([undefined, 'bytes=500000-', undefined]);
    // A server that pages may not read, or that isn't there, is told of in words.
    await page.getByLabel('Choose one, or search by name').fill('hf:timm/none');
    await page.locator('.hub-row', { hasText: 'hf:timm/none' }).click();
    await button('Fetch it').click();
    await page.getByRole('alert').filter({ hasText: 'It could not be fetched' }).waitFor();
  });

  it('hides no error', () => {
    // Chromium writes each answer that isn't one to the console itself.
    expect(here.errors.filter((error) => !/Failed to load resource|net::ERR/.test(error))).toEqual([]);
  });
});
