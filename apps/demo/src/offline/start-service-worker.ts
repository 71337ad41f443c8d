// The page's end of offline/service-worker.js.

/** Waits for the page's own files, which the visitor is waiting for, too. */
const hasLoaded = () =>
  document.readyState === 'complete'
    ? Promise.resolve()
    : new Promise((resolve) => addEventListener('load', resolve, { once: true }));

/** Starts the service worker, which keeps the page's files for visits without a connection. Rejects where there can't be one. */
export async function startServiceWorker(): Promise<ServiceWorkerRegistration> {
  holdVersion();
  await navigator.serviceWorker.register('./service-worker.js');
  const registration = await navigator.serviceWorker.ready;
  void hasLoaded().then(() => registration.active?.postMessage('keep'));
  return registration;
}

/** While a page is open, its version's files are kept, although the host may have newer ones. */
function holdVersion(): void {
  const { version } = document.documentElement.dataset;
  const forever = new Promise(() => {});
  navigator.locks
    ?.request(`resnetjs-version ${version}`, { mode: 'shared' }, () => forever)
    .catch(() => undefined); // without locks, a reload gets the new version
}
