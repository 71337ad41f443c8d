import { defineConfig } from 'vitest/config';

const shelves = ['packages/*/src', 'apps/*/src', 'tooling/*/src'];
const tests = shelves.map((shelf) => `${shelf}/**/*.test.{ts,mjs}`);
const endToEnd = shelves.map((shelf) => `${shelf}/**/*.e2e.test.{ts,mjs}`);

export default defineConfig({
  resolve: { conditions: ['@resnetjs/source'] },
  ssr: { resolve: { conditions: ['@resnetjs/source'] } },
  test: {
    testTimeout: 30_000,
    projects: [
      { extends: true, test: { name: 'unit', include: tests, exclude: endToEnd } },
      // These start the built command line, as people do, and wait for it to train.
      { extends: true, test: { name: 'e2e', include: endToEnd, testTimeout: 300_000, hookTimeout: 300_000 } },
    ],
  },
});
