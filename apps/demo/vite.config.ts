import { defineConfig, type Plugin } from 'vite';
import { offline } from './offline/offline-plugin.mjs';
import { contentSecurityPolicy, headers } from './server/headers.mjs';

/** The built page contains its policy, for hosts where headers can't be set. */
const policy: Plugin = {
  name: 'resnetjs-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
      injectTo: 'head-prepend',
    },
  ],
};

/** The development server has no policy: Vite's own client is an inline script. */
const { 'Content-Security-Policy': _, ...whileDeveloping } = headers;

export default defineConfig({
  // The page works from any folder of any static host.
  base: './',
  plugins: [policy, offline()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // The policy allows no data: URLs for scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
  server: { headers: whileDeveloping },
  preview: { headers },
});
