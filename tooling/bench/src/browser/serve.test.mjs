import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { serve } from './serve.mjs';

it('serves isolated pages and the workload, and no other files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'resnetjs-serve-test-'));
  const served = await serve();
  /** The path as it is: fetch would shorten it. @param {string} path */
  const get = (path) =>
    new Promise((resolve, reject) => {
      request(served.address, { path }, (response) => resolve(response.resume()))
        .once('error', reject)
        .end();
    });
  try {
    writeFileSync(join(folder, 'weights.bin'), 'weights');
    served.openWorkload(folder);
    const page = await fetch(served.address);
    expect(page.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
    expect(page.headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
    expect(await (await fetch(`${served.address}workload/weights.bin`)).text()).toBe('weights');
    const outside = `..%2F${basename(folder)}-2`;
    writeFileSync(`${folder}-2`, 'private');
    for (const path of [
      '/workload/none',
      '/workload/',
      `/workload/${outside}`,
      '/workload/../weights.bin',
      '/none/',
    ])
      expect(await get(path), path).toMatchObject({ statusCode: 404 });
  } finally {
    served.close();
    rmSync(folder, { recursive: true });
    rmSync(`${folder}-2`, { force: true });
  }
});
