import { commands } from 'vitest/browser';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { HubProgress } from '../hub/hub-options.js';
import { fetchFile } from './fetch-file.js';
import { cachedWeights, fetchWeights, type PageHubOptions, removeCached } from './fetch-weights.js';

// The server's own package has Node's modules; here its actions are data.
const hub = (commands as unknown as { hub(action: object): Promise<unknown> }).hub;
interface Asked {
  readonly path: string;
  readonly isCdn: boolean;
  readonly headers: Readonly<Record<string, string | undefined>>;
}
declare const navigator: { readonly storage: { getDirectory(): Promise<unknown> } };
declare const location: { readonly origin: string };
declare const Worker: new (
  url: URL,
  options: { type: 'module' },
) => {
  postMessage(data: unknown): void;
  terminate(): void;
  onmessage: ((event: { data: number }) => void) | null;
};

const name = 'hf:timm/resnet18.a1_in1k';
const size = 50_000;
const config = { pretrained_cfg: { mean: [0, 0, 0], std: [1, 1, 1] } };
const files = { 'config.json': JSON.stringify(config), 'model.safetensors': size };

let endpoint: string;
let progress: HubProgress[];
beforeEach(async () => {
  ({ url: endpoint } = (await hub({ do: 'start' })) as { url: string });
  await hub({ do: 'set', repo: 'timm/resnet18.a1_in1k', files });
  for (const cached of await cachedWeights()) await removeCached(cached.name);
  progress = [];
});

/** Fetches in a hurry. */
function fetched(options: PageHubOptions = {}) {
  return fetchWeights(name, {
    endpoint,
    patience: { backoffMilliseconds: 1 },
    onProgress(each) {
      progress.push(each);
      void hub({ do: 'seen', bytes: each.bytes });
    },
    ...options,
  });
}

const asked = () => hub({ do: 'requests' }) as Promise<Asked[]>;
const downloads = async () => (await asked()).filter(({ isCdn }) => isCdn);

/** As the server makes it. */
async function expectWhole(blob: Blob, length = size) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  expect(bytes.length).toBe(length);
  expect(bytes.every((byte, index) => byte === (index * index) % 251)).toBe(true);
}

describe('weights by name', () => {
  it('are kept in the page’s file system, and found there', async () => {
    const first = await fetched();
    expect(first).toMatchObject({
      ...{ stored: 'file system', downloaded: true, bytes: size, unchecked: null },
      options: { published: 'resnet18.a1_in1k', configs: [config] },
    });
    await expectWhole(first.blob);
    expect(progress.at(-1)).toMatchObject({ state: 'done', bytes: size, of: size });
    await asked();
    const again = await fetched();
    expect(again.downloaded).toBe(false);
    await expectWhole(again.blob);
    expect((await asked()).length).toBe(1);
    expect((await fetched({ offline: true })).downloaded).toBe(false);
    expect(await asked()).toEqual([]);
    expect(await cachedWeights()).toMatchObject([{ name: `${name}@${first.commit}`, isPartial: false }]);
    expect(await removeCached(name)).toHaveLength(1);
    await expect(fetched({ offline: true })).rejects.toThrow("is not in this page's storage");
  });

  it('are resumed where the connection broke off', async () => {
    await hub({ do: 'fail', path: '/cdn/', fault: { cut: 20_000 } });
    await expectWhole((await fetched()).blob);
    const [, second] = await downloads();
    expect(second?.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('are resumed after a part of the program was ended', async () => {
    const large = 12 * 2 ** 20;
    await hub({ do: 'set', repo: 'timm/resnet18.a1_in1k', files: { 'model.safetensors': large } });
    await hub({ do: 'fail', path: '/cdn/', fault: { slow: { bytes: 2 ** 20, milliseconds: 10 } } });
    const worker = new Worker(new URL('./in-worker.test-support.ts', import.meta.url), { type: 'module' });
    await new Promise<void>((resolve) => {
      worker.onmessage = ({ data: bytes }) => {
        if (bytes > 9 * 2 ** 20) resolve(); // more than is stored at a time
      };
      worker.postMessage({ name, endpoint });
    });
    worker.terminate();
    await expectWhole((await fetched({ onProgress: () => {} })).blob, large);
    const [, second] = await downloads();
    expect(second?.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('are downloaded once for two that want them', async () => {
    await hub({ do: 'fail', path: '/cdn/', fault: { slow: { bytes: 5000, milliseconds: 80 } } });
    const both = await Promise.all([fetched(), fetched()]);
    expect(both.map(({ downloaded }) => downloaded).sort()).toEqual([false, true]);
    for (const { blob } of both) await expectWhole(blob);
    expect(await downloads()).toHaveLength(1);
    expect(progress.some(({ state }) => state === 'waiting')).toBe(true);
  });

  it('may be compressed on their way, which a page can’t see', async () => {
    for (const path of ['/api/', 'config.json', '/cdn/'])
      await hub({ do: 'fail', path, fault: { gzip: true } });
    await expectWhole((await fetched()).blob);
  });

  it('are refused where they are others, and nothing is kept', async () => {
    await hub({ do: 'fail', path: '/cdn/', fault: { html: true } });
    await expect(fetched()).rejects.toMatchObject({ code: 'bad-file' });
    await hub({ do: 'fail', path: '/cdn/', fault: { redirect: `${endpoint}/api/models/a/b/revision/main` } });
    await expect(fetched()).rejects.toMatchObject({ code: 'unknown-name' });
    expect(await cachedWeights()).toMatchObject([{ isPartial: true, bytes: files['config.json'].length }]);
  });

  it('with a token, which the browser takes to no other origin', async () => {
    await hub({ do: 'set', repo: 'timm/resnet18.a1_in1k', files, token: 'secret' });
    await expect(fetched()).rejects.toThrow('wants a token');
    await asked();
    await fetched({ token: 'secret' });
    const authorizations = (await asked()).map(({ isCdn, headers }) => [isCdn, headers.authorization]);
    expect(authorizations).toEqual([...[...Array(3)].map(() => [false, 'Bearer secret']), [true, undefined]]);
  });

  it('stay in memory where there is no storage', async () => {
    vi.spyOn(navigator.storage, 'getDirectory').mockRejectedValue(new Error('not in private windows'));
    const { stored, blob } = await fetched();
    expect(stored).toBe('memory');
    await expectWhole(blob);
    expect((await fetched()).downloaded).toBe(false);
    expect(await removeCached(name)).toHaveLength(1);
    vi.restoreAllMocks();
  });

  it('say that there is no more room', async () => {
    const { cdp } = await import('vitest/browser');
    const devtools = cdp() as unknown as { send(method: string, options: object): Promise<void> };
    const { origin } = location;
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 20_000 });
    await expect(fetched()).rejects.toThrow('the browser gives this page no more room');
    const inMemory = await fetched({ keep: false });
    expect(inMemory.stored).toBe('memory');
    await expectWhole(inMemory.blob);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 0 });
    expect(await cachedWeights()).toHaveLength(1); // it can still be seen, and removed
    expect(await removeCached(name)).toHaveLength(1);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin });
    await expectWhole((await fetched()).blob);
  });

  it('say what a browser doesn’t', async () => {
    const patience = { attempts: 1 };
    await expect(fetched({ endpoint: 'http://127.0.0.1:9', patience })).rejects.toThrow(
      'or the server lets no pages of other origins read it',
    );
  });
});

describe('fetchFile', () => {
  it('takes addresses as a page does, and the files beside them', async () => {
    const source = await fetchFile('/packages/weights/package.json?raw');
    expect(new TextDecoder().decode(await source.read(0, source.size))).toContain('@resnetjs/weights');
    const other = await source.beside?.('README.md');
    expect(other?.size).toBeGreaterThan(1000);
  });

  it('gives a Blob’s address no folder', async () => {
    const source = await fetchFile(URL.createObjectURL(new Blob(['text'])));
    expect([source.size, source.beside]).toEqual([4, undefined]);
  });
});
