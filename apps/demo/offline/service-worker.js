// Keeps the page's files, so that it opens and works without a connection, and adds the headers of cross-origin isolation,
// for threads with shared memory, if the host can't send them. It touches no other file of its host, and requests nothing
// from other hosts.
//
// A version is a whole: the files of one build, in a cache of their own. Pages of the version before find theirs there for
// as long as one is open.

/* global version, files -- the build puts them in front: the build's hash, and its files, relative to the page. */

const scope = self.registration.scope;
const prefix = `resnetjs ${scope} `;
const cacheName = prefix + version;
const lockName = (name) => `resnetjs-version ${name.slice(prefix.length)}`;

const page = new URL('./', scope).href;
const addresses = files.map((file) => new URL(file, scope).href);

self.addEventListener('install', (event) => {
  self.skipWaiting();
  // The first one serves at once, so that the page is isolated soon. A later one takes over with a whole version only.
  if (self.registration.active) event.waitUntil(keep());
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

/** A page has loaded: the time to fetch what it hasn't. */
self.addEventListener('message', (event) =>
  event.waitUntil(
    keep()
      .then(forget)
      .catch(() => {}),
  ),
);

/** Completes this version's cache. Rejects if the host has another version, or there is no room. */
async function keep() {
  const cache = await caches.open(cacheName);
  const known = new Set((await cache.keys()).map(({ url }) => url));
  for (const address of addresses.filter((each) => !known.has(each))) await cache.add(address);
  if (known.has(page)) return;
  const response = await fetch(page, { cache: 'no-cache' });
  if (!(await response.clone().text()).includes(version)) throw new Error('The host has another version.');
  await cache.put(page, response);
}

/** Removes the versions of which no page is open. */
async function forget() {
  const { held } = await navigator.locks.query();
  const open = new Set(held.map(({ name }) => name));
  for (const name of await caches.keys()) {
    if (name.startsWith(prefix) && name !== cacheName && !open.has(lockName(name))) await caches.delete(name);
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const address = origin + pathname;
  if (request.method !== 'GET') return;
  if (address === page || address === `${page}index.html`) event.respondWith(answerPage(request));
  else if (addresses.includes(address) || address.startsWith(`${page}assets/`)) {
    event.respondWith(answerFile(request, address));
  }
});

/** What a host that doesn't answer is waited for, in milliseconds. */
const patience = 5000;

/** The newest page; if the host doesn't answer, or can't, the one that was kept. */
async function answerPage(request) {
  const asked = fetch(request);
  asked.catch(() => {}); // may fail after the kept page was served
  const late = new Promise((resolve) => setTimeout(resolve, patience));
  const answer = await Promise.race([asked, late]).catch(() => undefined);
  if (answer?.ok || answer?.type === 'opaqueredirect') return isolated(answer);
  return isolated((await find(page)) ?? (await asked));
}

/** A file as it was kept; names have hashes, so that it can't be another version's. */
async function answerFile(request, address) {
  return isolated((await find(address)) ?? (await fetch(request)));
}

/** From this version's cache, or from that of another; undefined if neither has it. */
async function find(address) {
  try {
    const own = await caches.match(address, { cacheName, ignoreVary: true });
    return own ?? (await caches.match(address, { ignoreVary: true }));
  } catch {
    return undefined;
  }
}

function isolated(response) {
  if (response.status === 0 || response.type === 'opaqueredirect') return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  const { status, statusText } = response;
  const body = [101, 204, 205, 304].includes(status) ? null : response.body;
  return new Response(body, { status, statusText, headers });
}
