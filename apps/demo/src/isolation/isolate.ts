import { signal } from '@preact/signals';
import { occupied } from '../engine/session.js';

/** Why WebAssembly computes on one thread here; null where it need not. */
export const whyOneThread = signal<string | null>(null);

/** A busy machine takes seconds to start one. */
const millisecondsToWait = 30_000;
const triedKey = 'resnetjs-isolation-tried';

/**
 * Threads need a page that is isolated from others. Where the host doesn't send the headers for it, a service worker adds
 * them, and the page loads once more. Where that doesn't work either, one thread computes, and the page says so.
 */
export async function isolate(): Promise<void> {
  if (crossOriginIsolated) return;
  if (!isSecureContext || !('serviceWorker' in navigator)) {
    whyOneThread.value = isSecureContext
      ? 'this browser lets no service worker isolate the page'
      : 'the page was not loaded over https';
    return;
  }
  if (wasTried()) {
    whyOneThread.value = 'neither the host nor a service worker could isolate the page';
    return;
  }
  try {
    await navigator.serviceWorker.register('./isolation-worker.js');
    await Promise.race([navigator.serviceWorker.ready, tooLate()]);
    if (occupied.value) whyOneThread.value = 'a training had begun before the page could be isolated';
    else location.reload();
  } catch {
    whyOneThread.value = 'the browser did not start the service worker that would isolate the page';
  }
}

/** Some browsers promise a service worker that never comes. */
function tooLate(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('no service worker')), millisecondsToWait);
  });
}

/** Once a tab, so that a page that can't be isolated doesn't load for ever. */
function wasTried(): boolean {
  try {
    if (sessionStorage.getItem(triedKey) !== null) return true;
    sessionStorage.setItem(triedKey, 'yes');
    return false;
  } catch {
    return true;
  }
}
