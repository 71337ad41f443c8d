import { ResNetError } from '@resnetjs/core';
import { notFetched, openToken } from '../hub/download-error.js';
import { type HubResponse, isOpen, type Request } from '../hub/request.js';

const maxRedirects = 10;

/** Asks with `fetch`, through the proxy that the environment names, and follows redirects: the token stays with its own origin. */
export const nodeRequest: Request = async (first, { headers, signal }) => {
  const send = await sender();
  let url = new URL(first);
  let sent: Readonly<Record<string, string>> = {
    'user-agent': 'resnetjs',
    'accept-encoding': 'identity', // parts of a compressed file are of no use
    ...headers,
  };
  for (let hops = 0; hops <= maxRedirects; hops++) {
    if (sent.authorization !== undefined && isOpen(url)) {
      throw openToken(first);
    }
    const response = await send(url.href, { headers: sent, signal, redirect: 'manual' });
    const place = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || place === null) return response;
    await response.body?.cancel();
    const next = URL.canParse(place, url.href) ? new URL(place, url) : null;
    if (next === null || !/^https?:$/.test(next.protocol)) throw notFetched(first, `it leads to ${place}`);
    if (isOpen(next) && !isOpen(url)) {
      throw notFetched(first, `it leads to ${next.href}, which anybody on the way can read and change`);
    }
    if (next.origin !== url.origin) sent = withoutToken(sent);
    url = next;
  }
  throw notFetched(first, `it leads on and on, more than ${maxRedirects} times`);
};

function withoutToken({ authorization: _, ...rest }: Readonly<Record<string, string>>) {
  return rest;
}

type Send = (
  url: string,
  options: {
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
    readonly redirect: 'manual';
  },
) => Promise<HubResponse>;

const proxyNames = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'] as const;

/** By what the environment says of proxies. */
const proxied = new Map<string, Promise<Send>>();

/** The platform's own `fetch`; with a proxy undici's, since Node's asks none, or from 24 on and only if it was started so. */
async function sender(): Promise<Send> {
  const name = proxyNames.find((each) => process.env[each]);
  if (name === undefined || asksProxies()) return fetch;
  const { NO_PROXY, no_proxy } = process.env;
  const key = JSON.stringify([...proxyNames.map((each) => process.env[each]), NO_PROXY, no_proxy]);
  const send = proxied.get(key) ?? throughProxy(name);
  proxied.set(key, send);
  return send;
}

function asksProxies(): boolean {
  if ('Deno' in globalThis || 'Bun' in globalThis) return true;
  return Number.parseInt(process.versions.node, 10) >= 24 && process.env.NODE_USE_ENV_PROXY === '1';
}

/** An import that bundlers leave alone: that the package is missing is no error of theirs. */
const importUnbundled = (specifier: string): Promise<typeof import('undici')> =>
  import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ specifier);

async function throughProxy(name: string): Promise<Send> {
  const { EnvHttpProxyAgent, fetch: send } = await importUnbundled('undici').catch((cause) => {
    throw new ResNetError(
      'missing-backend',
      `${name} names a proxy, for which Node needs the package undici: npm install undici. Node 24 and newer can do without, if it is started with NODE_USE_ENV_PROXY=1.`,
      {},
      { cause },
    );
  });
  const dispatcher = new EnvHttpProxyAgent();
  return (url, options) => send(url, { ...options, dispatcher });
}
