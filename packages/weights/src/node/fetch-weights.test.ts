import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { publishedWeights } from '../pretrained/published-weights.js';
import type { HubOptions, HubProgress } from '../hub/hub-options.js';
import { cachedWeights, fetchFile, fetchWeights, removeCached, verifyCached } from './fetch-weights.js';
import { commitOf, type HubFault, type HubServer, hubServer } from '@resnetjs/hub-server';

const name = 'hf:timm/resnet18.a1_in1k';
const weights = Uint8Array.from({ length: 50_000 }, (_, index) => (index * index) % 251);
const other = weights.map((value) => value + 1);
const config = { pretrained_cfg: { mean: [0, 0, 0], std: [1, 1, 1], input_size: [3, 224, 224] } };
const repo = {
  files: {
    'config.json': new TextEncoder().encode(JSON.stringify(config)),
    'model.safetensors': weights,
    'README.md': new Uint8Array(3),
  },
};
const commit = commitOf(repo);

let server: HubServer;
let cache: string;
let progress: HubProgress[];
beforeAll(async () => {
  server = await hubServer();
});
afterAll(() => server.close());
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'resnet-hub-'));
  progress = [];
  server.requests.length = 0;
  server.heal();
  server.setRepo('timm/resnet18.a1_in1k', repo);
  const proxies = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'];
  for (const variable of ['HF_TOKEN', 'HF_HOME', 'HF_ENDPOINT', ...proxies]) {
    vi.stubEnv(variable, variable === 'HF_HOME' ? cache : '');
  }
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

/** Quicker than comparing them byte by byte. */
function expectSame(bytes: Uint8Array, expected: Uint8Array) {
  expect(Buffer.compare(bytes, expected)).toBe(0);
}

/** Fetches in a hurry; a busy machine may let a second go by between two parts. */
function fetched(text: string, options: HubOptions & { readonly cache?: string } = {}) {
  return fetchWeights(text, {
    ...{ cache, endpoint: server.url, mirror: server.url },
    patience: { backoffMilliseconds: 1, stallMilliseconds: 1000, maxWaitMilliseconds: 50 },
    onProgress(each) {
      progress.push(each);
      server.seen(each.bytes);
    },
    ...options,
  });
}

function failing(text: string, options: HubOptions = {}) {
  return fetched(text, options).then(
    () => expect.unreachable(),
    (error) => error,
  );
}

const file = () => join(cache, 'hub/hf/timm/resnet18.a1_in1k', commit, 'model.safetensors');
const states = () => progress.filter((each) => each.file === 'model.safetensors').map(({ state }) => state);
const asked = () => server.requests.map(({ path }) => basename(path));

describe('a repository of Hugging Face', () => {
  it('is put into the cache with its configuration, and then found there', async () => {
    const found = await fetched(name);
    expect(found).toMatchObject({
      ...{ path: file(), file: 'model.safetensors', bytes: weights.length, downloaded: true, commit },
      url: `${server.url}/timm/resnet18.a1_in1k/resolve/${commit}/model.safetensors`,
      ...{ unchecked: null, checksum: { kind: 'sha256', digest: expect.stringMatching(/^[0-9a-f]{64}$/) } },
      options: { published: 'resnet18.a1_in1k', configs: [config] },
    });
    expectSame(readFileSync(file()), weights);
    expect(JSON.parse(readFileSync(join(dirname(file()), 'config.json'), 'utf8'))).toEqual(config);
    expect(progress.at(-1)).toEqual({
      ...{ name, file: 'model.safetensors', state: 'done', bytes: weights.length, of: weights.length },
      url: found.url,
    });
    expect(states()).toContain('checking');

    server.requests.length = 0;
    expect(await fetched(name)).toMatchObject({ path: file(), downloaded: false });
    expect(asked()).toEqual(['main']); // only what the newest commit is
    server.requests.length = 0;
    expect(await fetched(`${name}@${commit}`)).toMatchObject({ downloaded: false });
    expect(await fetched(name, { offline: true })).toMatchObject({ downloaded: false });
    expect(server.requests).toEqual([]);
  });

  it('leaves nothing but the files and where they are from', async () => {
    await fetched(name);
    expect((await readdir(dirname(file()))).sort()).toEqual([
      ...['.config.json.source.json', '.model.safetensors.source.json', 'config.json', 'model.safetensors'],
    ]);
  });

  it('is fetched anew when it has a new commit, and the old one stays', async () => {
    await fetched(name);
    server.setRepo('timm/resnet18.a1_in1k', { files: { 'model.safetensors': other } });
    const found = await fetched(name);
    expect(found).toMatchObject({ downloaded: true, options: { configs: [] } });
    expectSame(readFileSync(found.path), other);
    expectSame(readFileSync(file()), weights);
  });

  it('is taken as it was where the hub can’t be asked', async () => {
    await fetched(name);
    server.fail('/api/', { status: 503 });
    expect(await fetched(name)).toMatchObject({
      ...{ path: file(), downloaded: false },
      unchecked: expect.stringContaining('503'),
    });
    const gone = await fetched(name, { endpoint: 'http://127.0.0.1:9' });
    expect(gone.unchecked).toContain('could not be fetched');
    server.setRepo('timm/resnet18.a1_in1k', { ...repo, isGated: true });
    expect(await failing(name)).toMatchObject({ code: 'file-system' }); // an answer is an answer
  });

  it('has files by other names, which are chosen or named', async () => {
    server.setRepo('a/b', { files: { 'net.pth': weights, 'x.txt': weights }, revisions: ['v1'] });
    expect(await fetched('hf:a/b@v1')).toMatchObject({ file: 'net.pth', options: { configs: [] } });
    expect(await fetched('hf:a/b/net.pth', { offline: false })).toMatchObject({ downloaded: false });
    server.setRepo('a/c', { files: { 'one.pth': weights, 'sub/two.h5': weights } });
    expect(await failing('hf:a/c')).toMatchObject({
      ...{
        code: 'unknown-name',
        message: expect.stringContaining('Of weights there are one.pth, sub/two.h5'),
      },
    });
    const found = await fetched('hf:a/c/sub/two.h5');
    expect(found.path.endsWith(join('sub', 'two.h5'))).toBe(true);
    expect(await failing('hf:a/c/three.h5')).toMatchObject({ code: 'unknown-name' });
    server.setRepo('a/d', { files: { 'model.safetensors.index.json': weights } });
    expect(await failing('hf:a/d')).toMatchObject({
      ...{ code: 'bad-file', message: expect.stringContaining('in several files') },
    });
  });

  it('stays in the cache’s folder, whatever its files are called', async () => {
    const files = { '../../../evil.pth': weights, 'model.safetensors': weights, 'a\\b.pth': weights };
    server.setRepo('con/aux.', { files });
    const found = await fetched('hf:con/aux.');
    expect(found.path).toBe(join(cache, 'hub/hf/%con/%aux.%', found.commit ?? '', 'model.safetensors'));
    expect(await cachedWeights({ cache })).toMatchObject([{ name: `hf:con/aux.@${found.commit}` }]);
    server.setRepo('a/b', { files: { '..': weights, 'sub/../../x.pth': weights } });
    expect((await failing('hf:a/b')).code).toBe('unknown-name');
    expect(existsSync(join(cache, 'evil.pth'))).toBe(false);
  });

  it('is refused, if the answer is no repository’s', async () => {
    server.fail('/api/', { bytes: new TextEncoder().encode('{"sha": "../x", "siblings": []}') });
    expect(await failing(name)).toMatchObject({
      ...{ code: 'bad-file', message: expect.stringContaining('Check the endpoint') },
    });
  });
});

describe('a token', () => {
  const secret = 'hf_secret';
  const authorizations = () =>
    server.requests.map(({ isCdn, headers }) => [isCdn, headers.authorization ?? null]);

  it('opens a private repository, and is sent to no other origin', async () => {
    server.setRepo('timm/resnet18.a1_in1k', { ...repo, token: secret });
    vi.stubEnv('HF_TOKEN', ` ${secret}\n`);
    await fetched(name);
    expect(authorizations()).toEqual([
      ...[...Array(3)].map(() => [false, `Bearer ${secret}`]), // what there is, the configuration, the weights
      [true, null],
    ]);
  });

  it('is taken from where huggingface_hub keeps it, but not against the option', async () => {
    server.setRepo('timm/resnet18.a1_in1k', { ...repo, token: secret });
    await writeFile(join(cache, 'token'), `${secret}\n`);
    expect((await failing(name, { token: null })).message).toContain(
      'it is private and wants a token (HF_TOKEN)',
    );
    expect((await failing(name, { token: 'wrong' })).message).toContain('does not accept the token');
    await fetched(name);
  });

  it('is not sent where others can read it', async () => {
    const problem = await failing(name, { token: secret, endpoint: 'http://mirror.example' });
    expect(problem.message).toContain('a token is not sent to an address without https');
  });

  it('is in no message, if it has what no header may have', async () => {
    for (const token of [`${secret}\n${secret}`, `${secret}\0`, `${secret}\u{1F600}`]) {
      const problem = await failing(name, { token });
      expect(problem).toMatchObject({
        code: 'bad-option',
        message: expect.stringContaining('Copy it again'),
      });
      expect(`${problem.message} ${JSON.stringify(problem.details)}`).not.toContain(secret);
    }
    expect(server.requests).toEqual([]);
    await fetched(name);
    const offline = await fetched(name, { token: `${secret}\n`, offline: true });
    expect(offline.downloaded).toBe(false); // nothing is sent
  });

  it('does not go to the mirror of the tables', async () => {
    await failing('torchvision:resnet18', { token: secret });
    expect(authorizations()).toEqual([[false, null]]);
  });

  it('is not enough for a repository whose conditions were not accepted', async () => {
    server.setRepo('timm/resnet18.a1_in1k', { ...repo, isGated: true });
    for (const token of [null, secret]) {
      expect(await failing(name, { token })).toMatchObject({
        code: 'file-system',
        message: expect.stringContaining('Accept them on that page, and give a token'),
      });
    }
  });
});

it('says what there isn’t, with the nearest name', async () => {
  const problem = await failing('hf:timm/resnet18.a1_in1');
  expect(problem).toMatchObject({ code: 'unknown-name' });
  expect(problem.message).toContain('Did you mean hf:timm/resnet18.a1_in1k?');
  expect(await failing(`${name}@v9`)).toMatchObject({
    ...{ code: 'unknown-name', message: expect.stringContaining('no branch, tag or commit "v9"') },
  });
});

describe('a fault that passes', () => {
  const resumed = { range: 'bytes=20000-' };
  const cases: [what: string, fault: HubFault, options?: { range?: string; attempts?: number }][] = [
    ['a connection that breaks off', { cut: 20_000 }, resumed],
    ['a connection that stalls', { stall: 20_000 }, resumed],
    ['a server that says nothing', { silent: true }],
    ['too many requests', { status: 429, headers: { 'retry-after': '0.01' } }],
    [
      'a Retry-After that has gone by',
      { status: 429, headers: { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' } },
    ],
    ['a server that is not there for the moment', { status: 503 }],
    ['a request that took too long', { status: 408 }],
  ];
  it.each(cases)('is mended: %s', async (_, fault, { range } = {}) => {
    server.fail('/cdn/', fault);
    await fetched(name);
    expectSame(readFileSync(file()), weights);
    const [, second] = server.requests.filter(({ isCdn }) => isCdn);
    expect(second?.headers.range).toBe(range);
    expect(progress.find(({ state }) => state === 'retrying')).toMatchObject({
      ...{ file: 'model.safetensors', of: weights.length, bytes: range ? 20_000 : 0 },
      reason: expect.stringContaining('could not be fetched'),
    });
  });

  it('is an error when it doesn’t pass, and what has come is kept', async () => {
    server.fail('/cdn/', { cut: 5000 }, 5);
    const problem = await failing(name);
    expect(problem).toMatchObject({ code: 'file-system' });
    expect(problem.message).toMatch(/could not be fetched: the connection broke off after 25000/);
    expect(readFileSync(`${file()}.partial`).length).toBe(25_000);
    expect(await cachedWeights({ cache })).toMatchObject([{ isPartial: true }]);
    expect(await failing(name, { offline: true })).toMatchObject({ code: 'file-system' });
    server.requests.length = 0;
    await fetched(name);
    expect(server.requests.at(-1)?.headers.range).toBe('bytes=25000-');
    expectSame(readFileSync(file()), weights);
  });

  it('is an error at once if the server wants to be left alone for long', async () => {
    server.fail('/cdn/', { status: 429, headers: { 'retry-after': '3600' } });
    expect((await failing(name)).message).toContain('the server asks to be left alone for 3600 s');
  });
});

describe('a server that is to be seen through', () => {
  it('sends the whole file where a part was asked for', async () => {
    server.fail('/cdn/', { cut: 20_000 });
    server.fail('/cdn/', { noRanges: true });
    await fetched(name);
    expectSame(readFileSync(file()), weights);
  });

  it('sends another part than was asked for', async () => {
    server.fail('/cdn/', { cut: 20_000 });
    server.fail('/cdn/', { offset: 7 });
    await fetched(name);
    expectSame(readFileSync(file()), weights);
    expect(server.requests.at(-1)?.headers.range).toBeUndefined();
  });

  it('has another file there since the download began', async () => {
    server.fail('/cdn/', { cut: 20_000 });
    server.fail('/cdn/', { bytes: other, etag: '"other"' } as HubFault);
    await fetched(name);
    expectSame(readFileSync(file()), weights);
    expect(server.requests.at(-1)?.headers.range).toBeUndefined();
  });

  it('gives its files no names', async () => {
    server.fail('/cdn/', { etag: null, cut: 20_000 } as HubFault);
    server.fail('/cdn/', { etag: null });
    await fetched(name);
    expect(server.requests.at(-1)?.headers.range).toBe('bytes=20000-');
    expectSame(readFileSync(file()), weights);
  });

  it('compresses what nobody asked it to', async () => {
    server.fail('/cdn/', { gzip: true });
    await fetched(name);
    expectSame(readFileSync(file()), weights);
  });

  it('damaged what came first', async () => {
    server.fail('/cdn/', { cut: 20_000 });
    await failing(name, { patience: { attempts: 1, backoffMilliseconds: 1 } });
    const partial = readFileSync(`${file()}.partial`);
    partial[7] = 255 - (partial[7] as number);
    await writeFile(`${file()}.partial`, partial);
    await fetched(name);
    expect(server.requests.filter(({ isCdn }) => isCdn).map(({ headers }) => headers.range)).toEqual([
      ...[undefined, 'bytes=20000-', undefined],
    ]);
    expectSame(readFileSync(file()), weights);
  });

  const lies: [what: string, fault: HubFault, code: string, message: string][] = [
    ['a length that is too large', { length: 50_001 }, 'bad-file', 'has 50001 bytes, but should have 50000'],
    ['a length that is too small', { length: 20_000 }, 'bad-file', 'has 20000 bytes, but should have 50000'],
    [
      'more than the file, unannounced',
      { length: null, bytes: new Uint8Array(60_000) } as HubFault,
      'bad-file',
      'more than its 50000 bytes',
    ],
    ['wrong bytes', { bytes: other }, 'bad-file', 'its SHA-256 is'],
    ['a page with a login', { html: true }, 'bad-file', 'is a web page (text/html)'],
    ['nothing', { status: 404 }, 'unknown-name', 'There is no'],
    ['a redirect in circles', { redirect: '/cdn/round' }, 'file-system', 'it leads on and on'],
    [
      'a redirect to another scheme',
      { redirect: 'file:///etc/passwd' },
      'file-system',
      'it leads to file:///etc/passwd',
    ],
  ];
  it.each(lies)('answers with %s', async (what, fault, code, message) => {
    server.fail('/cdn/', fault, what.includes('circles') ? 20 : 1);
    const problem = await failing(name);
    expect(problem).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(existsSync(file())).toBe(false);
    server.heal();
    await fetched(name);
    expectSame(readFileSync(file()), weights);
  });
});

describe('the tables of torchvision and Keras', () => {
  it('are fetched from the mirror, and what isn’t as published is refused', async () => {
    server.setFile('/models/resnet18-f37072fd.pth', weights);
    const problem = await failing('torchvision:resnet18');
    expect(problem).toMatchObject({ code: 'bad-file' });
    expect(problem.message).toMatch(/its SHA-256 is [0-9a-f]{8}, not f37072fd as published/);
    const path = '/tensorflow/keras-applications/resnet/resnet50v2_weights_tf_dim_ordering_tf_kernels.h5';
    server.setFile(path, weights);
    expect((await failing('keras:ResNet50V2')).message).toMatch(
      /its MD5 is [0-9a-f]{32}, not 3ef43a0b657b3be2300d5770ece849e0/,
    );
    expect(asked()).toEqual(['resnet18-f37072fd.pth', basename(path)]);
    expect(await cachedWeights({ cache })).toEqual([]); // nothing of it is kept
  });

  it.each([
    ['torchvision:resnet18', 'resnet18.IMAGENET1K_V1', { sha256: createHash('sha256') }],
    ['keras:ResNet50', 'keras/resnet50.imagenet', { md5: createHash('md5') }],
  ] as const)('are kept where they are as published: %s', async (text, published, hashes) => {
    const row = publishedWeights[published];
    const before = { ...row };
    for (const [kind, hash] of Object.entries(hashes)) {
      const digest = hash.update(weights).digest('hex');
      Object.assign(row, { [kind]: digest.slice(0, before.sha256?.length) });
    }
    server.setFile(new URL(row.url).pathname, weights);
    try {
      const found = await fetched(text);
      expect(found).toMatchObject({ downloaded: true, url: row.url.replace(/https:..[^/]+/, server.url) });
      expect(await fetched(text)).toMatchObject({ downloaded: false, path: found.path, url: found.url });
      expect(await cachedWeights({ cache })).toMatchObject([{ name: found.name.text }]);
      expect(await verifyCached(text, { cache })).toMatchObject([{ isRight: true }]);
      expect(asked()).toEqual([basename(row.url)]);
    } finally {
      Object.assign(row, before);
    }
  });

  it('take a file that was put there by hand', async () => {
    const path = join(cache, 'hub/torchvision/resnet18-f37072fd.pth');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, weights);
    expect(await fetched('torchvision:resnet18', { offline: true })).toMatchObject({
      ...{ path, downloaded: false, commit: null },
      options: { published: 'resnet18.IMAGENET1K_V1', configs: [] },
    });
    expect(await cachedWeights({ cache })).toMatchObject([
      { name: 'torchvision:resnet18@IMAGENET1K_V1', bytes: weights.length, isPartial: false },
    ]);
  });
});

describe('the cache', () => {
  it('lists, verifies and removes what is in it', async () => {
    await fetched(name);
    const whole = `${name}@${commit}`;
    expect(await cachedWeights({ cache })).toEqual([
      {
        ...{ name: whole, isPartial: false },
        bytes: weights.length + repo.files['config.json'].length,
        files: ['config.json', 'model.safetensors'].map(
          (each) => `hf/timm/resnet18.a1_in1k/${commit}/${each}`,
        ),
      },
    ]);
    expect((await verifyCached(name, { cache })).map(({ isRight }) => isRight)).toEqual([true, true]);
    await writeFile(file(), other);
    expect((await verifyCached(whole, { cache })).map(({ isRight }) => isRight)).toEqual([true, false]);
    expect(await removeCached('hf:a/b', { cache })).toEqual([]);
    expect(await removeCached(name, { cache })).toMatchObject([{ name: whole }]);
    expect(await cachedWeights({ cache })).toEqual([]);
    expect(await failing(name, { offline: true })).toMatchObject({
      ...{ code: 'file-system', message: expect.stringContaining(`is not in the cache (${cache})`) },
    });
  });

  it('has what a branch, a tag or a file means, and leaves others alone', async () => {
    server.setRepo('a/b', { files: { 'a.pth': weights, 'b.pth': other }, revisions: ['v1'] });
    const paths = async (asked: string) =>
      (await verifyCached(asked, { cache })).map(({ path }) => path.split('/').at(-1));
    await fetched('hf:a/b@v1/a.pth');
    await fetched('hf:a/b/b.pth');
    expect(await paths('hf:a/b@v1')).toEqual(['a.pth', 'b.pth']);
    expect(await paths('hf:a/b@v2')).toEqual([]);
    expect(await paths('hf:a/b@v1/b.pth')).toEqual(['b.pth']);
    expect(await removeCached('hf:a/b/a.pth', { cache })).toMatchObject([{ bytes: weights.length }]);
    expect(await paths('hf:a/b')).toEqual(['b.pth']);
  });

  it('is fetched anew where a file has another size than it had', async () => {
    await fetched(name);
    await writeFile(file(), weights.subarray(9));
    expect(await fetched(name)).toMatchObject({ downloaded: true });
    expectSame(readFileSync(file()), weights);
  });

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full', async () => {
    await mkdir(dirname(file()), { recursive: true });
    symlinkSync('/dev/full', `${file()}.partial`);
    const problem = await failing(name);
    expect(problem).toMatchObject({
      code: 'file-system',
      message: expect.stringContaining('the disk is full'),
    });
  });

  it('is asked for the same file twice, and fetches it once', async () => {
    server.fail('/cdn/', { slow: { bytes: 10_000, milliseconds: 60 } });
    const patience = { backoffMilliseconds: 1, stallMilliseconds: 30_000, maxWaitMilliseconds: 50 };
    const [first, second] = await Promise.all([fetched(name, { patience }), fetched(name, { patience })]);
    expect([first.downloaded, second.downloaded].sort()).toEqual([false, true]);
    expect(server.requests.filter(({ isCdn }) => isCdn).length).toBe(1);
    expect(progress.some(({ state }) => state === 'waiting')).toBe(true);
  });

  it('does not remove what is being downloaded', async () => {
    server.fail('/cdn/', { slow: { bytes: 10_000, milliseconds: 20 } });
    let removal: Promise<unknown> | undefined;
    const onProgress = ({ bytes }: HubProgress) => {
      if (bytes >= 20_000) removal ??= removeCached(name, { cache }).catch((error) => error);
    };
    await fetched(name, { onProgress });
    expect(await removal).toMatchObject({
      ...{ code: 'file-system', message: expect.stringContaining('is being downloaded by another process') },
    });
    expectSame(readFileSync(file()), weights);
  });

  it('keeps what has come when it is told to stop', async () => {
    server.fail('/cdn/', { slow: { bytes: 10_000, milliseconds: 20 } });
    const stop = new AbortController();
    const reason = new Error('changed my mind');
    const onProgress = ({ bytes }: HubProgress) => {
      if (bytes >= 20_000) stop.abort(reason);
    };
    await expect(fetched(name, { signal: stop.signal, onProgress })).rejects.toBe(reason);
    expect(readFileSync(`${file()}.partial`).length).toBeGreaterThanOrEqual(20_000);
    expect(await verifyCached(name, { cache })).toMatchObject([
      { isPartial: false, isRight: true },
      { isPartial: true, isRight: null },
    ]);
    await fetched(name);
    expectSame(readFileSync(file()), weights);
  });
});

describe('fetchFile', () => {
  it('fetches what its server names and nobody has published', async () => {
    server.setFile('/a.bin', weights);
    server.fail('/a.bin', { cut: 30_000 });
    const options = {
      patience: { backoffMilliseconds: 1 },
      onProgress: (bytes: number) => server.seen(bytes),
    };
    const source = await fetchFile(`${server.url}/a.bin`, options);
    expectSame(await source.read(0, source.size), weights);
    expect(server.requests.at(-1)?.headers.range).toBe('bytes=30000-');
    server.fail('/a.bin', { cut: 30_000, etag: null } as HubFault);
    server.fail('/a.bin', { bytes: other, etag: null } as HubFault); // no way to know, so from the start
    const again = await fetchFile(`${server.url}/a.bin`, options);
    expectSame(await again.read(0, again.size), other);
    expect(server.requests.at(-1)?.headers.range).toBeUndefined();

    server.fail('/a.bin', { cut: 30_000 });
    server.fail('/a.bin', { bytes: weights.subarray(0, 20_000) }, 2); // has no part from 30,000 on
    const shorter = await fetchFile(`${server.url}/a.bin`, options);
    expect(shorter.size).toBe(20_000);
  });
});

/** How many times a download meets generated faults. With RESNETJS_THOROUGH=1: 500. */
const runs = process.env.RESNETJS_THOROUGH === '1' ? 500 : 6;

it('gives the file or an error, whatever goes wrong in whichever order', async () => {
  const bytes = fc.nat(weights.length);
  const fault: fc.Arbitrary<HubFault> = fc.oneof(
    fc.record({ cut: bytes }),
    fc.record({ cut: bytes, noRanges: fc.constant(true) }),
    fc.record({ cut: bytes, etag: fc.constantFrom(null, '"a"', 'W/"b"') }),
    fc.record({ cut: bytes, gzip: fc.constant(true as const) }),
    fc.record({ cut: bytes, bytes: fc.constant(other) }),
    fc.record({ cut: bytes, offset: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ length: fc.option(bytes) }),
    fc.record({ status: fc.constantFrom(200, 204, 206, 416, 429, 500, 503) }),
    fc.record({ redirect: fc.constantFrom('/models/none', `${server.url}/api/models/a/b`, '') }),
    fc.constant({ html: true } as const),
  );
  const faults = fc.array(fault, { minLength: 1, maxLength: 6 });
  let whole = 0;
  await fc.assert(
    fc.asyncProperty(faults, async (order) => {
      const own = mkdtempSync(join(cache, 'run-'));
      const start = server.requests.length;
      server.heal();
      for (const each of order) server.fail('/cdn/', each);
      for (let times = 0; times <= order.length; times++) {
        const found = await fetched(name, { cache: own }).catch((error) => error);
        if (found instanceof Error) expect(found).toMatchObject({ name: 'ResNetError' });
        else {
          expectSame(readFileSync(found.path), weights);
          whole++;
          break;
        }
      }
      expect(server.requests.length - start).toBeLessThan(60);
    }),
    { seed: 1, numRuns: runs },
  );
  expect(whole).toBe(runs); // once the faults are over, it comes
});
