import { defineConfig } from 'vite';

// A page gets threads only if it is cross-origin isolated: send these headers in production, too.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({ server: { headers }, preview: { headers } });
