/**
 * Allows the page's own scripts and WebAssembly and the visitor's images, and no request to another host. `blob:` workers
 * are backend-wasm's threads.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "style-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * Of the only worker that asks other servers, for networks by name: https of any host, since the visitor may choose a mirror, and this
 * device's own servers. It is never sent an image.
 */
const hubPolicy = contentSecurityPolicy.replace(
  "connect-src 'self'",
  "connect-src 'self' https: http://localhost:* http://127.0.0.1:* http://[::1]:*",
);

/** Cross-origin isolation gives threads shared memory; the rest protects the page from other sites. */
export const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': `${contentSecurityPolicy}; frame-ancestors 'none'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/**
 * The headers of a file by its name: a worker has the policy that its own file is served with.
 * @param {string} name
 */
export function headersOf(name) {
  if (!name.startsWith('hub-worker-')) return headers;
  return { ...headers, 'Content-Security-Policy': `${hubPolicy}; frame-ancestors 'none'` };
}
