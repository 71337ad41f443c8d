import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Frame, Page } from 'playwright';
import { afterEach, describe, expect, it } from 'vitest';
import {
  long,
  setUpTraining,
  startTraining,
  type Visit,
  type VisitOptions,
  visit,
  waitForSteps,
  whyNoBrowser,
} from '../e2e.test-support.js';

/** Storages that a browser may lack or refuse, in the page and in its worker. */
const storages = [
  'indexedDB',
  'localStorage',
  'sessionStorage',
  'caches',
  'navigator.locks',
  'navigator.storage',
  'navigator.serviceWorker',
] as const;
/** What a browser may lack, and the page does without. */
const others = [
  'crypto',
  'BroadcastChannel',
  'SharedArrayBuffer',
  'OffscreenCanvas',
  'createImageBitmap',
  'navigator.hardwareConcurrency',
] as const;
type Interface = (typeof storages)[number] | (typeof others)[number] | 'Worker' | 'WebAssembly';

/** Missing; throwing when it is read; there, with methods that throw or, where they answer later, reject. */
const denials = ['missing', 'throws', 'refuses'] as const;
type Denial = (typeof denials)[number];

interface Denied {
  readonly names: readonly Interface[];
  readonly how: Denial;
}

const thorough = process.env.RESNETJS_THOROUGH === '1';

const cases: readonly Denied[] = thorough
  ? [
      ...denials.map((how) => ({ names: storages, how })),
      ...storages.flatMap((name) => denials.map((how) => ({ names: [name], how }))),
      ...others.map((name) => ({ names: [name], how: 'missing' as const })),
    ]
  : [{ names: [...storages, ...others], how: 'missing' }];

describe.skipIf(whyNoBrowser !== null)(`site data that is denied ${whyNoBrowser ?? ''}`, () => {
  it.each(cases)('$how: $names', async (denied) => {
    const here = await visit({ serviceWorkers: 'block', room: 'train', prepare: deny(denied) });
    try {
      await takeMainWay(here.page, { isKept: !denied.names.includes('indexedDB') });
      expect(here.errors).toEqual([]);
    } finally {
      await here.close();
    }
  });

  it.each(thorough ? denials : (['missing'] as const))('Worker, %s: says so in each room', async (how) => {
    const here = await visit({
      serviceWorkers: 'block',
      room: 'use',
      prepare: deny({ names: ['Worker'], how }),
    });
    const { page, url, errors } = here;
    try {
      const reason = page.getByText('none may be started here');
      await reason.first().waitFor();
      await page.goto(`${url}#train`);
      await startTraining(page);
      await reason.first().waitFor();
      await page.goto(`${url}#prove`);
      await page.getByRole('button', { name: 'Prove it here' }).click();
      await reason.nth(1).waitFor();
      expect(await page.getByRole('button', { name: /instead/ }).count()).toBe(0);
      expect(errors).toEqual([]);
    } finally {
      await here.close();
    }
  });

  it.runIf(thorough)('WebAssembly is missing: says so, and trains on WebGL', async () => {
    const here = await visit({
      ...{ serviceWorkers: 'block', room: 'train' },
      prepare: deny({ names: ['WebAssembly'], how: 'missing' }),
    });
    try {
      await trainsOnWebGL(here, /There is no WebAssembly here/);
    } finally {
      await here.close();
    }
  });

  it('WebAssembly is forbidden by the host’s policy: says so, and trains on WebGL', async () => {
    const here = await visit({ serviceWorkers: 'block', room: 'train', prepare: forbidWebAssembly });
    try {
      await trainsOnWebGL(here, /forbidden here, by a Content Security Policy/);
    } finally {
      await here.close();
    }
  });
});

describe.skipIf(whyNoBrowser !== null)('in a frame of another site', () => {
  let outer: { readonly url: string; readonly close: () => void };
  let here: Visit;
  const open = async (options: VisitOptions) => {
    here = await visit(options);
    outer = await serveFrames(here.url);
  };
  afterEach(async () => {
    outer?.close();
    await here?.close();
  });

  it('trains, and says that nothing is kept where the browser blocks every storage, as Chromium does', async () => {
    await open({ plain: true });
    const frame = await framed(here.context, `${outer.url}#cross-site`);
    await takeMainWay(frame, { isKept: await canKeep(frame) });
  });

  it.runIf(thorough)(
    'trains in a sandbox without an origin, if the host lets every origin read its files',
    async () => {
      await open({ shared: true });
      const frame = await framed(here.context, `${outer.url}#sandboxed`);
      await takeMainWay(frame, { isKept: false });
    },
  );

  it('says what to do if it is sandboxed, and the host lets no other origin read its files', async () => {
    await open({ plain: true });
    const frame = await framed(here.context, `${outer.url}#sandboxed`);
    await frame.getByText('in a tab of its own').waitFor();
  });
});

/** Whether the browser, by its settings, stores anything for this frame. */
const canKeep = (frame: Frame) =>
  frame.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        const request = indexedDB.open('probe');
        request.onsuccess = () => resolve(true);
        request.onerror = () => resolve(false);
      }),
  );

/** Trains, uses the model, looks into a network, and begins to prove. */
async function takeMainWay(page: Page | Frame, { isKept }: { readonly isKept: boolean }) {
  const enter = (name: string) => page.getByRole('navigation').getByRole('link', { name }).click();
  await enter('Train');
  await setUpTraining(page as Page, { Epochs: 1, 'Pictures to draw': 160, 'Size, pixels': 16 });
  await page.getByLabel('Residual blocks').fill('1');
  await startTraining(page as Page);
  await page.locator('.results').waitFor({ timeout: long });
  const notice = page.getByRole('alert').filter({ hasText: 'Not kept in this browser' });
  expect(await notice.count()).toBe(isKept ? 0 : 1);
  await enter('Use');
  await page.locator('.answer-name strong').waitFor();
  await enter('Look');
  await page.getByLabel('What to look at').selectOption({ label: 'My model' });
  await page.getByRole('button', { name: 'Hand 5' }).click();
  await page.locator('.maps figcaption').waitFor();
  await enter('Prove');
  await page.getByRole('button', { name: 'Prove it here' }).click();
  await page.locator('.strip-dot').first().waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
}

async function trainsOnWebGL({ page, errors }: Visit, reason: RegExp): Promise<void> {
  await setUpTraining(page, { Epochs: 1, 'Pictures to draw': 60, 'Size, pixels': 16 });
  await page.getByLabel('Residual blocks').fill('1');
  await startTraining(page);
  const notice = page.getByRole('alert').filter({ hasText: 'could not start' });
  await notice.getByText(reason).waitFor();
  await notice.getByRole('button', { name: 'Use WebGL instead' }).click();
  await waitForSteps(page, 2);
  expect(errors).toEqual([]);
}

const deny = (denied: Denied) => async (context: BrowserContext) => {
  const denial = `(${denyHere})(${JSON.stringify(denied.names)}, ${JSON.stringify(denied.how)});`;
  await context.addInitScript(denial);
  await context.route('**/assets/denial.js', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: denial,
      headers: { 'Cross-Origin-Embedder-Policy': 'require-corp' },
    }),
  );
  // Imports run in order: the denial before what the worker imports itself.
  await context.route(/\/assets\/(hub-)?worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `import './denial.js';${await response.text()}` });
  });
};

/** A worker has the policy of its own file's headers. */
async function forbidWebAssembly(context: BrowserContext): Promise<void> {
  await context.route(/\/assets\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const policy = response.headers()['content-security-policy']?.replace(" 'wasm-unsafe-eval'", '') ?? '';
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } });
  });
}

/** Runs in the page or the worker. */
function denyHere(names: readonly string[], how: string): void {
  const refusal = () => new DOMException('Access is denied for this document.', 'SecurityError');
  for (const path of names) {
    const [name = '', owner] = path.split('.').reverse();
    const holder = owner === undefined ? globalThis : (globalThis as Record<string, unknown>)[owner];
    if (holder === undefined || !(name in (holder as object))) continue;
    const before = (holder as Record<string, unknown>)[name];
    const get = () => {
      if (how === 'throws') throw refusal();
      if (how === 'missing') return undefined;
      return typeof before === 'number' ? Number.NaN : refusing(before);
    };
    Object.defineProperty(holder, name, { configurable: true, get });
  }

  function refusing(value: unknown): unknown {
    const refuse = () => {
      throw refusal();
    };
    // Constructors throw; of methods, those that answer later reject.
    return new Proxy(typeof value === 'function' ? value : (value as object), {
      construct: refuse,
      apply: refuse,
      get: (target, key) => {
        const found = Reflect.get(target, key);
        if (typeof found !== 'function') return found;
        const isLater = /^(request|query|estimate|persist|register|match|keys|digest)/.test(String(key));
        return isLater ? () => Promise.reject(refusal()) : refuse;
      },
    });
  }
}

/** A page of another site, with the page in a frame. */
async function serveFrames(of: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(
      `<!doctype html><iframe width=1000 height=800 id=frame></iframe><script>
      if (location.hash === '#sandboxed') frame.sandbox = 'allow-scripts';
      frame.src = ${JSON.stringify(of)};</script>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

async function framed(context: BrowserContext, url: string): Promise<Frame> {
  const page = await context.newPage();
  await page.goto(url);
  const frame = await (await page.waitForSelector('iframe')).contentFrame();
  if (frame === null) throw new Error('there is no frame');
  return frame;
}
