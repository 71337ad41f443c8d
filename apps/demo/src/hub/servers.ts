import { signal } from '@preact/signals';
import type { HubServers } from '../worker/protocol.js';

const key = 'resnetjs-hub-servers';

/** The servers in place of the usual ones. */
export const servers = signal<HubServers>(remembered());

/** An address that weights may be fetched from: https, or on this device; null for another text. */
export function serverAddress(text: string): string | null {
  try {
    const { protocol, hostname, href } = new URL(text.trim());
    const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
    return protocol === 'https:' || (protocol === 'http:' && isHere) ? href.replace(/\/+$/, '') : null;
  } catch {
    return null;
  }
}

export function setServer(which: keyof HubServers, address: string | null): void {
  servers.value = { ...servers.value, [which]: address };
  try {
    localStorage.setItem(key, JSON.stringify(servers.value));
  } catch {
    // A browser without storage forgets the choice.
  }
}

function remembered(): HubServers {
  try {
    const saved = JSON.parse(localStorage.getItem(key) ?? '{}') as Record<string, unknown>;
    const addressOf = (value: unknown) => (typeof value === 'string' ? serverAddress(value) : null);
    return { endpoint: addressOf(saved.endpoint), mirror: addressOf(saved.mirror) };
  } catch {
    return { endpoint: null, mirror: null };
  }
}
