import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@resnetjs/source'] },
  ssr: { resolve: { conditions: ['@resnetjs/source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'tooling/*/src/**/*.test.ts'],
    testTimeout: 30_000,
  },
});
