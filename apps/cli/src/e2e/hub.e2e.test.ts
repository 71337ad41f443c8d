// Weights by name: from a hub on 127.0.0.1, into a cache of the test's own.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetwork, type Network, type Parameter, preprocessings } from '@resnetjs/core';
import { imageNetClasses } from '@resnetjs/core/classes';
import { type HubServer, hubServer } from '@resnetjs/hub-server';
import { encodeWeights } from '@resnetjs/weights';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { residentIn, resnetIn, writeImages } from './e2e.test-support.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-hub-'));
const variables: NodeJS.ProcessEnv = {
  ...{ RESNETJS_CACHE: join(folder, 'cache'), HF_HOME: folder, HF_TOKEN: '' },
  ...{ HTTP_PROXY: '', HTTPS_PROXY: '', RESNETJS_OFFLINE: '', HF_HUB_OFFLINE: '' },
};
const resnet = resnetIn(folder, variables);
const { line, end } = residentIn(folder, variables);

/** A row of the table of published weights, and a user's own repository with a network of a megabyte. */
const published = 'hf:timm/resnet18.a1_in1k';
const own = 'hf:someone/small';

let server: HubServer;
let large: Uint8Array;

/** Numbers in place of trained weights, the same in each parameter. */
const numbers = Float32Array.from({ length: 2 ** 22 }, (_, i) => (((i * 7919) % 2003) / 2003 - 0.5) / 20);
async function read({ role, shape }: Parameter): Promise<Float32Array<ArrayBuffer>> {
  const length = shape.reduce((a, b) => a * b, 1);
  return role === 'variance' || role === 'scale'
    ? new Float32Array(length).fill(1)
    : numbers.slice(0, length);
}

async function fileOf(network: Network): Promise<Uint8Array<ArrayBuffer>> {
  const { parts } = encodeWeights(
    { network, read, classes: null, preprocessing: preprocessings.raw, training: null },
    { to: 'pytorch' }, // which says nothing of images and classes,
  );
  const chunks: Uint8Array[] = [];
  for await (const part of parts) chunks.push(part);
  return Buffer.concat(chunks);
}

beforeAll(async () => {
  server = await hubServer();
  Object.assign(variables, { HF_ENDPOINT: server.url, RESNETJS_MIRROR: server.url });
  large = await fileOf(createNetwork('resnet18'));
  server.setRepo('timm/resnet18.a1_in1k', { files: { 'pytorch_model.bin': large } });
  const small = await fileOf(createNetwork('cifar/resnet20', { classes: 1000 }));
  server.setRepo('someone/small', { files: { 'pytorch_model.bin': small } });
  server.setRepo('someone/private', { files: { 'pytorch_model.bin': small }, token: 'hf_secret' });
  const pixels = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * i * 7) >> 8);
  await sharp(pixels, { raw: { height: 40, width: 30, channels: 3 } })
    .png()
    .toFile(join(folder, 'image.png'));
  await writeImages(folder, 'fish', { goldfish: 2, tench: 2 });
});
beforeEach(() => {
  server.requests.length = 0;
});
afterAll(async () => {
  await end();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Where the published weights arrive. */
function partial(): string | undefined {
  const cache = join(folder, 'cache/hub/hf/timm/resnet18.a1_in1k');
  const files = existsSync(cache) ? readdirSync(cache, { recursive: true, encoding: 'utf8' }) : [];
  const found = files.find((each) => each.endsWith('pytorch_model.bin.partial'));
  return found === undefined ? undefined : join(cache, found);
}

const bytesOf = (path: string | undefined) => (path === undefined ? 0 : statSync(path).size);
const command = ['predict', published, 'image.png'];

describe('weights that are given by name', () => {
  it.skipIf(process.platform === 'win32')('keep what Ctrl-C left of them, and are resumed', async () => {
    const arrived = 5_000_000;
    server.fail('/cdn/', { stall: arrived });
    const stopped = await resnet(command, (child) => {
      const waiting = setInterval(() => {
        if (bytesOf(partial()) < arrived) return;
        clearInterval(waiting);
        child.kill('SIGINT');
      }, 10);
      child.once('exit', () => clearInterval(waiting));
    });
    expect(stopped.stderr).toContain(
      `downloading  ${published}, ${(large.length / 1e6).toFixed(1)} MB, from ${server.url}/timm/resnet18.a1_in1k/resolve/`,
    );
    expect(stopped.stderr).toMatch(
      /^Stopped\. 5\.0 of \d+\.\d MB are kept, and the same command resumes from there\.$/m,
    );
    expect([stopped.code, stopped.stdout]).toEqual([130, '']);
    expect(bytesOf(partial())).toBe(arrived);
    expect((await line('hub --cached')).stdout).toMatch(/resnet18\.a1_in1k .* in part, 5\.0 MB$/m);
  });

  it('are downloaded and used, with ImageNet’s names', async () => {
    const { code, stdout, stderr } = await line(command.join(' '));
    expect({ code, stderr }).toMatchObject({ code: 0 });
    if (process.platform !== 'win32') {
      expect(stderr).toMatch(/^resuming +hf:timm\/resnet18\.a1_in1k, 5\.0 of /m);
      expect(server.requests.find(({ isCdn }) => isCdn)?.headers.range).toBe('bytes=5000000-');
    }
    expect(stderr).toMatch(
      /^resnet18 \(torchvision\): images as its a1_in1k weights want them \(as published\); 1,000 classes: ImageNet's \(as published\)$/m,
    );
    const [, ...rows] = stdout.trimEnd().split('\n');
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(imageNetClasses).toContain(/^ {2}(.*?) {2,}/.exec(row)?.[1]);
  });

  it('are there a second time without a request, and say in JSON where they are from', async () => {
    const { stdout, stderr } = await line(`${command.join(' ')} --offline --json`);
    expect(stderr).toBe('');
    const { model, images } = JSON.parse(stdout);
    expect(model.hub).toEqual({
      name: published,
      url: expect.stringContaining(`${server.url}/timm/resnet18.a1_in1k/resolve/${model.hub.commit}/`),
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      checksum: { kind: 'sha256', digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(model).toMatchObject({ classesFrom: 'published', preprocessingFrom: 'published' });
    expect(images[0].predictions).toHaveLength(3);
    expect(server.requests).toEqual([]);
  });

  it('are what every command takes that takes a file', async () => {
    const inspected = JSON.parse((await line(`inspect ${own} --json`)).stdout);
    expect(inspected).toMatchObject({
      network: 'cifar/resnet20',
      hub: { name: own },
      classesFrom: 'assumed',
    });
    const summary = JSON.parse((await line(`summary ${own} --json`)).stdout);
    expect(summary.parameters).toEqual(inspected.parameters);
    expect((await line(`convert ${own} small.pth`)).code).toBe(0);
    expect(JSON.parse((await line('inspect small.pth --json')).stdout).parameters).toEqual(
      inspected.parameters,
    );
    const evaluated = JSON.parse((await line(`evaluate ${own} --data fish --backend wasm --json`)).stdout);
    expect(evaluated).toMatchObject({ images: 4, model: { hub: { name: own } } });
    const trained = await line(
      `train --from ${own} --data fish --epochs 1 --learning-rate 1e-9 --backend wasm --out run --json`,
    );
    expect(JSON.parse(trained.stdout.split('\n')[0] as string).from).toMatchObject({
      file: own,
      newHead: true,
    });
    expect(server.requests.filter(({ isCdn }) => isCdn)).toHaveLength(1);
  });

  it('are not downloaded for what the table of published weights says', async () => {
    expect((await line('draw torchvision:resnet50')).stdout).toMatch(/^<svg /);
    const { stdout } = await line('summary keras:ResNet50V2 --json');
    expect(JSON.parse(stdout)).toMatchObject({ name: 'keras/resnet50v2', inputShape: [224, 224, 3] });
    expect((await line('draw torchvision:resnet50 --classes 3')).stderr).toMatch(
      /--classes can't be given for weights/,
    );
    await line('hub');
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['inspect hf:someone/nothing', 2, /There is no .*\/someone\/nothing, or it is private and wants a token/],
    ['inspect hf:someone/private', 2, /or it is private and wants a token \(HF_TOKEN\)/],
    ['inspect hf:timm/resnet18.a9_in1k', 2, /Did you mean hf:timm\/resnet18\.a\d_in1k/],
    ['inspect torchvision:resnet81', 2, /torchvision has no weights "resnet81"/],
    ['inspect torchvison:resnet18', 1, /Did you mean torchvision:resnet18\?$/m],
    [
      'predict resnet18 image.png',
      1,
      /Published weights have names, such as torchvision:resnet18@IMAGENET1K_V1/,
    ],
    [
      'predict keras:ResNet50 image.png --offline',
      1,
      /downloaded\. .* online: resnet hub fetch keras:ResNet50$/m,
    ],
    ['inspect torchvision:resnet18', 1, /SHA-256/],
    ['draw hf:someone', 2, /hf:OWNER\/REPO/],
    ['hub resnet81', 2, /There is no network "resnet81"/],
    ['hub rm', 2, /--all for everything/],
    ['hub verify torchvision:resnet34', 2, /torchvision:resnet34 is not in the cache/],
  ])('say what is wrong: %s', async (text, code, message) => {
    server.setFile('/models/resnet18-f37072fd.pth', new Uint8Array(2000)); // not what its name says
    const outcome = await line(text);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.code).toBe(code);
  });

  it('open with a token', async () => {
    const withToken = resnetIn(folder, { ...variables, HF_TOKEN: 'hf_secret' });
    expect(await withToken(['hub', 'fetch', 'hf:someone/private'])).toMatchObject({ code: 0 });
  });
});

describe('resnet hub', () => {
  it('lists what is published and what is in the cache', async () => {
    const { cache, weights } = JSON.parse((await line('hub --json')).stdout);
    expect(cache).toBe(variables.RESNETJS_CACHE);
    const named = (name: string) => weights.find((each: { name: string }) => each.name === name);
    expect(named(published)).toMatchObject({
      ...{ network: 'resnet18', source: 'timm', license: 'apache-2.0', accuracy: { side: 224 } },
      cached: { isPartial: false, bytes: large.length },
    });
    expect(named('torchvision:resnet50@IMAGENET1K_V2')).toMatchObject({ isDefault: true, cached: null });
    const text = (await line('hub --cached')).stdout;
    expect(text).toMatch(/^others\n {2}hf:someone\/(small|private)@[0-9a-f]{12}… .* yes$/m);
    expect(text).not.toContain('torchvision:');
  });

  it('fetches, verifies and removes', async () => {
    const fetched = await line(`hub fetch ${own} --json`);
    const [{ path, downloaded }] = JSON.parse(fetched.stdout).fetched;
    expect(downloaded).toBe(false);
    expect(readFileSync(path).length).toBeGreaterThan(1e5);
    const verified = JSON.parse((await line('hub verify --json')).stdout);
    expect(verified.files.map(({ isRight }: { isRight: boolean }) => isRight)).toEqual([true, true, true]);
    const removed = await line(`hub rm ${own}`);
    expect(removed.stdout).toMatch(/^removed {2}hf:someone\/small@[0-9a-f]{40}, 1\.\d MB$/m);
    expect(existsSync(path)).toBe(false);
    expect(JSON.parse((await line('hub rm --all --json')).stdout).removed).toHaveLength(2);
    expect((await line('hub --cached')).stdout).toMatch(/^There are no such weights/);
  });
});
