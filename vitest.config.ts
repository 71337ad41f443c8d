import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { hub } from './tooling/hub-server/src/browser-command.js';
import { browserFlags, findBrowser, needsNoSandbox } from './packages/parity/src/node/index.js';

const shelves = ['packages/*/src', 'apps/*/src', 'tooling/*/src'];
const tests = shelves.map((shelf) => `${shelf}/**/*.test.{ts,mjs}`);
const endToEnd = shelves.map((shelf) => `${shelf}/**/*.e2e.test.{ts,mjs}`);
const inBrowsers = shelves.map((shelf) => `${shelf}/**/*.browser.test.ts`);

/** What takes minutes in software rendering is left out. */
const isThorough = process.env.RESNETJS_THOROUGH === '1';
const thoroughInBrowsers = shelves.map((shelf) => `${shelf}/**/*.thorough.browser.test.ts`);

/** Their tests register kernels and backends in different ways: each file has its modules to itself. */
const apart = ['packages/backend*', 'packages/resnetjs', 'tooling/{bench,ci,kernel-tests}'];

const browser = findBrowser();

export default defineConfig({
  resolve: { conditions: ['@resnetjs/source'] },
  ssr: { resolve: { conditions: ['@resnetjs/source'] } },
  test: {
    // What hangs is found; what is slow is not a failure.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      // Files share their modules, whose imports would take a third of the time.
      {
        extends: true,
        test: {
          name: 'unit',
          include: tests,
          exclude: [...endToEnd, ...inBrowsers, ...apart.map((folder) => `${folder}/**`)],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'unit-apart',
          include: apart.flatMap((folder) =>
            ['test.ts', 'test.mjs'].map((ending) => `${folder}/src/**/*.${ending}`),
          ),
          exclude: [...endToEnd, ...inBrowsers],
        },
      },
      // These start the built command line, as people do, and wait for it to train.
      { extends: true, test: { name: 'e2e', include: endToEnd, testTimeout: 900_000, hookTimeout: 900_000 } },
      {
        extends: true,
        // Shared memory, and so threads, are for cross-origin isolated pages alone.
        server: {
          // Beside the repository lie networks and images that thorough tests read.
          fs: { allow: ['.', '../shared/data'] },
          headers: {
            'Cross-Origin-Opener-Policy': 'same-origin',
            'Cross-Origin-Embedder-Policy': 'require-corp',
          },
        },
        test: {
          name: 'browser',
          include: inBrowsers,
          exclude: isThorough ? [] : thoroughInBrowsers,
          testTimeout: 900_000,
          hookTimeout: 300_000,
          // Files share the machine's cores, and WebGL here is computed by them.
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            commands: { hub },
            connectTimeout: 300_000,
            provider: playwright({
              launchOptions: {
                ...(browser.found ? { executablePath: browser.path } : {}),
                args: browserFlags(),
                chromiumSandbox: !needsNoSandbox,
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
