import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type HubServer, hubServer } from '@resnetjs/hub-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { nodeRequest } from './node-request.js';

const { signal } = new AbortController();
const token = { authorization: 'Bearer secret' };

let hub: HubServer;
beforeAll(async () => {
  hub = await hubServer();
  hub.setFile('/a', new TextEncoder().encode('it'));
});
afterAll(() => hub.close());
beforeEach(() => {
  hub.requests.length = 0;
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']) {
    vi.stubEnv(name, undefined);
  }
});
afterEach(() => vi.unstubAllEnvs());

async function textOf(url: string) {
  const response = await nodeRequest(url, { headers: token, signal });
  return (response as Response).text();
}

describe('redirects', () => {
  it('on the same origin take the token along, and to others not', async () => {
    hub.fail('/here', { redirect: '/there' });
    hub.fail('/there', { redirect: `${hub.cdnUrl}/far` });
    hub.fail('/far', { redirect: `${hub.url}/a` });
    expect(await textOf(`${hub.url}/here`)).toBe('it');
    const sent = hub.requests.map(({ path, headers }) => [path, headers.authorization]);
    expect(sent).toEqual([
      ...[
        ['/here', 'Bearer secret'],
        ['/there', 'Bearer secret'],
      ],
      ...[
        ['/far', undefined],
        ['/a', undefined],
      ], // nor back again
    ]);
  });

  it('lead from no address of this machine into the open', async () => {
    hub.fail('/out', { redirect: 'http://example.com/a' });
    await expect(textOf(`${hub.url}/out`)).rejects.toThrow(
      'it leads to http://example.com/a, which anybody on the way can read and change',
    );
  });
});

it('asks for files as they are, and says no more than it has to', async () => {
  await textOf(`${hub.url}/a`);
  const names = Object.keys(hub.requests[0]?.headers ?? {}).sort();
  expect(names).toEqual([
    ...[
      'accept',
      'accept-encoding',
      'accept-language',
      'authorization',
      'connection',
      'host',
      'sec-fetch-mode',
    ],
    'user-agent',
  ]);
  expect(hub.requests[0]?.headers).toMatchObject({
    ...{ accept: '*/*', 'accept-language': '*', 'accept-encoding': 'identity', 'user-agent': 'resnetjs' },
  });
});

describe('a proxy', () => {
  const connected: string[] = [];
  const proxy = createServer().on('connect', (request: IncomingMessage, socket) => {
    connected.push(request.url ?? '');
    const [host = '', port] = (request.url ?? '').split(':');
    const there = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(there).pipe(socket);
    });
    for (const each of [there, socket]) each.on('error', () => {});
  });
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        proxy.listen(0, '127.0.0.1', resolve);
      }),
  );
  afterAll(() => void proxy.close());
  beforeEach(() => void connected.splice(0));
  const address = () => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const host = () => new URL(hub.url).host;

  it('is asked where the environment names one', async () => {
    vi.stubEnv('HTTP_PROXY', address());
    expect(await textOf(`${hub.url}/a`)).toBe('it');
    expect(connected).toEqual([host()]);
  });

  it('is not asked for what NO_PROXY names', async () => {
    vi.stubEnv('HTTP_PROXY', address());
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    expect(await textOf(`${hub.url}/a`)).toBe('it');
    expect(connected).toEqual([]);
  });

  it('that is not there is an error', async () => {
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9');
    await expect(textOf(`${hub.url}/a`)).rejects.toThrow();
  });

  it('needs undici', async () => {
    vi.doMock('undici', () => {
      throw new Error('Cannot find package');
    });
    vi.stubEnv('HTTPS_PROXY', address());
    await expect(textOf(`${hub.url}/a`)).rejects.toMatchObject({
      ...{ code: 'missing-backend', message: expect.stringContaining('HTTPS_PROXY names a proxy') },
    });
    vi.doUnmock('undici');
  });
});
