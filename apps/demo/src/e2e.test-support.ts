import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { browserFlags, findBrowser, needsNoSandbox } from '@resnetjs/parity/node';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { type Served, serve } from '../server/serve.mjs';

/** The built page's folder. */
export const built = fileURLToPath(new URL('../dist', import.meta.url));
const program = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url));
const axe = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));

const search = findBrowser();
/** Why the page can't be tested here; null in CI, where a missing browser is a failure. */
export const whyNoBrowser = search.found || process.env.CI ? null : search.reason;

/** How long a training or a proof may take, in milliseconds. */
export const long = 800_000;

/** The page in a browser of its own, with a fresh profile. */
export interface Visit {
  readonly url: string;
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Uncaught errors, what is written to the console as an error, and violations of the page's policy. */
  readonly errors: string[];
  /** Requests to other hosts than the page's own. */
  readonly outside: string[];
  /** Stops the server: from here on there is no connection. */
  disconnect(): Promise<void>;
  close(): Promise<void>;
}

export interface VisitOptions {
  /** Serves without headers, as many static hosts do. */
  readonly plain?: boolean;
  /** Serves without headers but one, by which every origin may read the files. */
  readonly shared?: boolean;
  /** Default: the built page. */
  readonly folder?: string;
  /** Of the page within the folder, such as `some/path/`. */
  readonly path?: string;
  /** Prepares the context before the page is opened. */
  readonly prepare?: (context: BrowserContext) => Promise<unknown>;
  readonly serviceWorkers?: 'allow' | 'block';
  readonly flags?: readonly string[];
  readonly room?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
}

export async function visit(options: VisitOptions = {}): Promise<Visit> {
  const {
    plain = false,
    shared = false,
    flags = [],
    room = 'look',
    viewport = { width: 1280, height: 900 },
  } = options;
  const { folder = built, path = '', prepare, serviceWorkers = 'allow' } = options;
  if (!search.found) throw new Error(search.reason);
  const served: Served = await serve(folder, { plain, shared });
  const browser = await chromium.launch({
    executablePath: search.path,
    args: [...browserFlags(), ...flags],
    chromiumSandbox: !needsNoSandbox,
  });
  // Without animations: axe would check colours in mid-transition.
  const context = await browser.newContext({
    ...{ viewport, serviceWorkers, acceptDownloads: true, reducedMotion: 'reduce' },
  });
  await prepare?.(context);
  context.setDefaultTimeout(120_000);
  const first = await context.newPage();
  const errors: string[] = [];
  const outside: string[] = [];
  first.on('pageerror', ({ message }) => errors.push(message));
  first.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  context.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(served.url) && !/^(blob|data):/.test(address)) outside.push(address);
  });
  // If its service worker isolates it, the page may reload before it has loaded.
  await first.goto(`${served.url}${path}#${room}`, { waitUntil: plain ? 'commit' : 'load' });
  return {
    url: `${served.url}${path}`,
    browser,
    context,
    page: first,
    errors,
    outside,
    disconnect: served.close,
    async close() {
      await browser.close();
      await served.close().catch(() => undefined); // disconnected before
    },
  };
}

/** What axe finds, as `rule: element`. */
export async function accessibilityProblems(of: Page): Promise<string[]> {
  // A script element would be blocked by the page's policy; this evaluation is not.
  await of.evaluate(readFileSync(axe, 'utf8'));
  return of.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run(document);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });
}

/** Runs `resnet` to its end, and returns what it prints. */
export function resnet(args: readonly string[], folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder });
    let output = '';
    let problem = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      problem += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`resnet ${args.join(' ')} ended with ${code}: ${problem}`));
    });
  });
}

/** Fills the form of the Train room. */
export async function setUpTraining(
  of: Page,
  numbers: Readonly<
    Partial<Record<'Epochs' | 'Batch size' | 'Pictures to draw' | 'Size, pixels' | 'Learning rate', number>>
  >,
): Promise<void> {
  await of.locator('details.setup-part > summary').click();
  for (const [label, value] of Object.entries(numbers)) {
    await of.getByLabel(label, { exact: true }).fill(String(value));
  }
  await of.getByLabel('Schedule').focus(); // a field's change takes effect when it loses the focus
}

export async function startTraining(of: Page): Promise<void> {
  await of.getByRole('button', { name: 'Start training' }).click();
}

/** The step that the page shows. */
export async function stepsDone(of: Page): Promise<number> {
  const text = (await of.locator('.running').textContent()) ?? '';
  return Number(/Step ([\d,]+) of/.exec(text)?.[1]?.replace(/,/g, '') ?? 0);
}

export async function waitForSteps(of: Page, steps: number): Promise<void> {
  while ((await stepsDone(of)) < steps) await of.waitForTimeout(200);
}

/** Drops a file on the page's header; whether the page took it from the browser, which would show it instead. */
export function dropped(of: Page, name: string, content: string | Buffer): Promise<boolean> {
  const bytes = Buffer.from(content).toString('base64');
  return of.evaluate(
    ([name, bytes]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([Uint8Array.from(atob(bytes), (each) => each.charCodeAt(0))], name));
      const send = (type: string) => {
        const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
        document.querySelector('header')?.dispatchEvent(event);
        return event.defaultPrevented;
      };
      return send('dragover') && send('drop');
    },
    [name, bytes] as const,
  );
}

/** What a press of a button downloads. */
export async function downloaded(of: Page, button: string): Promise<Buffer> {
  const [file] = await Promise.all([
    of.waitForEvent('download'),
    of.getByRole('button', { name: button, exact: true }).click(),
  ]);
  return readFileSync(await file.path());
}
