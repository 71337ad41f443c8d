import { signal } from '@preact/signals';
import { occupied } from '../engine/session.js';

/** Why WebAssembly has only one thread here; null if it has several. */
export const whyOneThread = signal<string | null>(null);

/** A busy machine takes seconds to start a service worker. */
const millisecondsToWait = 30_000;
const triedKey = 'resnetjs-isolation-tried';

/**
 * Makes the page cross-origin isolated, which threads need. If the host doesn't send the headers for it, a service worker
 * adds them, and the page reloads. If that doesn't work either, one thread computes, and the page says so.
 */
export async function isolate(serviceWorker: Promise<unknown>): Promise<void> {
  if (globalThis.crossOriginIsolated) return;
  if (!isSecureContext) {
    whyOneThread.value = 'the page was not loaded over https';
    return;
  }
  try {
    await Promise.race([serviceWorker, tooLate()]);
    if (wasTried()) whyOneThread.value = 'neither the host nor a service worker could isolate the page';
    else if (occupied.value) whyOneThread.value = 'a training had started before the page could be isolated';
    else location.reload();
  } catch {
    whyOneThread.value = 'the browser starts no service worker here, which could isolate the page';
  }
}

/** In some browsers `ready` never resolves. */
function tooLate(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('no service worker')), millisecondsToWait);
  });
}

/** Whether this tab has tried it before: a page that can't be isolated must not reload for ever. */
function wasTried(): boolean {
  try {
    if (sessionStorage.getItem(triedKey) !== null) return true;
    sessionStorage.setItem(triedKey, 'yes');
    return false;
  } catch {
    return true;
  }
}
