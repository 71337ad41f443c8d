import { defineConfig } from 'vite';

/** The page that computes for `resnet parity` in a browser: one folder beside the command line, which serves it. */
export default defineConfig({
  root: 'page',
  base: './',
  logLevel: 'warn',
  build: { outDir: '../dist/page', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 2000 },
});
