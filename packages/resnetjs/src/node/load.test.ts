import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import {
  type Classifier,
  createClassifier,
  createNetwork,
  createPredictor,
  disposeVariables,
  type Pixels,
  preprocessings,
  topClasses,
} from '@resnetjs/core';
import { cifar10Classes } from '@resnetjs/core/classes';
import { register } from '@resnetjs/backend-wasm';
import { commitOf, type HubServer, hubServer } from '@resnetjs/hub-server';
import {
  byteSource,
  encodeClassifier,
  encodeWeights,
  weightsOf,
  type WrittenFormat,
} from '@resnetjs/weights';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { load } from './load.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-load-'));
const image: Pixels = {
  height: 20,
  width: 24,
  channels: 3,
  data: Uint8Array.from({ length: 20 * 24 * 3 }, (_, at) => (at * 7919) % 256),
};

let classifier: Classifier;
let expected: readonly { readonly class: string; readonly probability: number }[];
/** Its weights in each format. */
const files = new Map<WrittenFormat, Uint8Array<ArrayBuffer>>();
/** A model of TensorFlow.js by the names of its files. */
const layersModel = new Map<string, Uint8Array<ArrayBuffer>>();
let png: Uint8Array;

beforeAll(async () => {
  expect(tf.getBackend()).toBeFalsy();
  await register({ threads: 1 });
  const network = createNetwork('cifar/resnet20');
  const preprocessing = preprocessings.cifar;
  classifier = createClassifier(network, { classes: cifar10Classes, preprocessing, seed: 1 });
  const predictor = createPredictor(classifier);
  const [probabilities = []] = await predictor.predict([image]);
  predictor.dispose();
  expected = topClasses(cifar10Classes, probabilities, 5);
  for (const to of ['resnetjs', 'safetensors', 'pytorch', 'keras', 'keras-weights'] as const) {
    files.set(to, await joined(encodeWeights(weightsOf(classifier), { to }).parts));
  }
  const { parts, beside } = encodeWeights(weightsOf(classifier), { to: 'tfjs' });
  const shard = await joined((beside[0] as (typeof beside)[number]).parts);
  const names = ['one.bin', 'two ü#.bin', 'three.bin'];
  for (const [at, name] of names.entries())
    layersModel.set(name, shard.slice(at * 400_000, (at + 1) * 400_000));
  const json = new TextDecoder().decode(await joined(parts));
  layersModel.set(
    'model.json',
    new Uint8Array(Buffer.from(json.replace('"group1-shard1of1.bin"', JSON.stringify(names).slice(1, -1)))),
  );
  const raw = { width: image.width, height: image.height, channels: 3 } as const;
  png = await sharp(image.data, { raw }).png().toBuffer();
});
afterAll(() => {
  disposeVariables(classifier.variables);
  rmSync(folder, { recursive: true });
});

async function joined(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of parts) all.push(Uint8Array.from(part));
  return new Uint8Array(await new Blob(all).arrayBuffer());
}

const fileOf = (format: WrittenFormat) => files.get(format) as Uint8Array<ArrayBuffer>;

/** Writes a file into the tests' folder, and returns its path. */
function written(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function expectSame(answer: readonly { readonly class: string; readonly probability: number }[]) {
  expect(answer.map((each) => each.class)).toEqual(expected.map((each) => each.class));
  for (const [at, { probability }] of answer.entries()) {
    expect(probability).toBeCloseTo(expected[at]?.probability as number, 6);
  }
}

describe('load', () => {
  it.each([
    ['resnetjs', 'model.safetensors', 'file'],
    ['safetensors', 'resnet20.safetensors', 'file'],
    ['pytorch', 'resnet20.pth', 'assumed'],
    ['keras', 'resnet20.keras', 'file'],
    ['keras-weights', 'resnet20.weights.h5', 'file'],
  ] as const)(
    'reads %s from a path, and classifies an image file as the network does',
    async (format, name, from) => {
      const before = tf.memory().numTensors;
      const loaded = await load(written(name, fileOf(format)), { network: 'cifar/resnet20' });
      expect(loaded.file.container).toBe(format);
      expect(loaded.file.preprocessingFrom).toBe(from);
      expectSame(await loaded.classify(written('image.png', png)));
      expect(await loaded.classify(image, { top: 1 })).toHaveLength(1);
      loaded.dispose();
      expect(tf.memory().numTensors).toBe(before);
      await expect(loaded.classify(image)).rejects.toThrow('was disposed of');
    },
  );

  it('takes weights and images in every form', async () => {
    const bytes = fileOf('pytorch');
    const path = written('forms.pth', bytes);
    const source = {
      size: bytes.length,
      read: async (start: number, end: number) => bytes.slice(start, end),
    };
    const forms = [
      path,
      pathToFileURL(path),
      String(pathToFileURL(path)),
      bytes,
      bytes.buffer,
      new Blob([bytes]),
      source,
    ];
    for (const form of forms) {
      const loaded = await load(form);
      expectSame(await loaded.classify(image));
      loaded.dispose();
    }
    const loaded = await load(path);
    const imagePath = written('forms.png', png);
    const data = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
    for (const form of [imagePath, pathToFileURL(imagePath), png, new Blob([Uint8Array.from(png)]), data]) {
      expectSame(await loaded.classify(form));
    }
    await expect(loaded.classify(null as never)).rejects.toMatchObject({ code: 'bad-option' });
    loaded.dispose();
  });

  it('heeds the configuration beside a file, and options before it', async () => {
    const run = join(folder, 'timm');
    mkdirSync(run);
    writeFileSync(join(run, 'model.safetensors'), fileOf('safetensors'));
    const labels = cifar10Classes.map((name) => `a ${name}`);
    const config = {
      label_names: labels,
      pretrained_cfg: { mean: [0, 0, 0], std: [1, 1, 1], crop_pct: 0.5 },
    };
    writeFileSync(join(run, 'config.json'), JSON.stringify(config));
    const loaded = await load(run);
    expect(loaded.classes).toEqual(labels);
    expect(loaded.preprocessing).toMatchObject({ mean: [0, 0, 0], std: [255, 255, 255], cropShare: 0.5 });
    loaded.dispose();
    const told = await load(run, { classes: cifar10Classes, preprocessing: preprocessings.cifar });
    expectSame(await told.classify(image));
    told.dispose();
  });

  it('reads the files of a layers model from a folder, and those that are given', async () => {
    const web = join(folder, 'web');
    mkdirSync(web);
    for (const [name, bytes] of layersModel) writeFileSync(join(web, name), bytes);
    const given = [...layersModel].map(([name, bytes]) => new File([bytes], name));
    const json = given.find(({ name }) => name === 'model.json') as File;
    for (const from of [web, join(web, 'model.json'), byteSource(json, given)]) {
      const loaded = await load(from);
      expect(loaded.file).toMatchObject({ container: 'tfjs', classesFrom: 'file' });
      expectSame(await loaded.classify(image));
      loaded.dispose();
    }
    await expect(load(json)).rejects.toThrow('in one.bin to three.bin, 3 files, beside it. Give all');
  });

  it('leaves no tensors, and names the file, if it can’t be read', async () => {
    const before = tf.memory().numTensors;
    const text = written('notes.txt', 'not weights at all, but a text of some length');
    await expect(load(text)).rejects.toThrow(`${text}: The file's first bytes are those of no format`);
    const cut = written('cut.pth', fileOf('pytorch').subarray(0, 5000));
    await expect(load(cut)).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringContaining(cut),
    });
    await expect(load(join(folder, 'none.pth'))).rejects.toMatchObject({ code: 'file-system' });
    await expect(load(null as never)).rejects.toMatchObject({ code: 'bad-option' });
    await expect(load(7 as never)).rejects.toThrow('not by number');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('load from an address', () => {
  let server: Server;
  let url: string;
  const answers: Record<string, RequestListener> = {
    '/resnet20.pth': (_, response) => response.end(fileOf('pytorch')),
    '/chunked.pth': (_, response) => {
      for (let at = 0; at < fileOf('pytorch').length; at += 50_000) {
        response.write(fileOf('pytorch').subarray(at, at + 50_000));
      }
      response.end();
    },
    '/zipped.pth': (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(fileOf('pytorch'))),
    '/page': (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'),
    '/huge': (_, response) => response.writeHead(200, { 'content-length': 2 ** 40 }).write('x'),
    '/cut': (_, response) => {
      response
        .writeHead(200, { 'content-length': 100_000 })
        .write(new Uint8Array(1000), () => response.destroy());
    },
    '/slow': (_, response) => response.writeHead(200, { 'content-length': 100_000 }).write('x'),
    '/text': (_, response) => response.end('not weights at all, but a text of some length'),
    '/image.png': (_, response) => response.end(png),
  };
  beforeAll(async () => {
    server = createServer((request, response) => {
      const [path = '', key] = (request.url ?? '').split('?');
      const file = layersModel.get(decodeURIComponent(path.replace('/web/', '')));
      const answer =
        file === undefined || key !== 'key=1'
          ? answers[path]
          : (_: unknown, response: ServerResponse) => response.end(file);
      if (answer === undefined) response.writeHead(404).end();
      else answer(request, response);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each(['resnet20.pth', 'chunked.pth', 'zipped.pth'])('fetches %s', async (name) => {
    const progress: [number, number | null][] = [];
    const loaded = await load(`${url}/${name}`, { onProgress: (bytes, of) => progress.push([bytes, of]) });
    expectSame(await loaded.classify(`${url}/image.png`));
    expectSame(await loaded.classify(new URL(`${url}/image.png`)));
    loaded.dispose();
    const { length } = fileOf('pytorch');
    expect(progress.at(-1)).toEqual([length, name === 'resnet20.pth' ? length : null]);
  });

  it('fetches the files beside a model.json, within one limit', async () => {
    const progress: [number, number | null][] = [];
    const address = `${url}/web/model.json?key=1`;
    const loaded = await load(address, { onProgress: (bytes, of) => progress.push([bytes, of]) });
    expectSame(await loaded.classify(image));
    loaded.dispose();
    const bytes = [...layersModel.values()].reduce((sum, { length }) => sum + length, 0);
    expect(progress.at(-1)).toEqual([bytes, null]);
    expect(progress.map(([done]) => done)).toEqual(progress.map(([done]) => done).toSorted((a, b) => a - b));
    await expect(load(address, { maxBytes: bytes - 1 })).rejects.toThrow(`the limit is ${bytes - 1}`);
    await expect(load(`${url}/web/model.json`)).rejects.toThrow('404');
  });

  it.each([
    ['none', 'file-system', 'could not be fetched: the server answers 404 Not Found. Check the address.'],
    ['page', 'bad-file', 'is a web page (text/html), not a file'],
    ['huge', 'bad-file', `has ${2 ** 40} bytes or more; the limit is ${2 ** 31}`],
    ['cut', 'file-system', 'the connection broke off after 1000 bytes'],
    ['text', 'bad-file', "/text: The file's first bytes are those of no format"],
  ])('says what is wrong with /%s', async (name, code, message) => {
    const problem = await load(`${url}/${name}`, { patience: { backoffMilliseconds: 1 } }).then(
      () => undefined,
      (error) => error,
    );
    expect(problem).toMatchObject({ name: 'ResNetError', code });
    expect(problem.message).toContain(`${url}/${name}`);
    expect(problem.message).toContain(message);
  });

  it('stops at the limit where the server doesn’t say how much comes', async () => {
    await expect(load(`${url}/chunked.pth`, { maxBytes: 100_000 })).rejects.toThrow('the limit is 100000');
  });

  it('says that there is no server', async () => {
    await expect(load('http://127.0.0.1:9/resnet50.pth')).rejects.toMatchObject({
      code: 'file-system',
      message: expect.stringMatching(/could not be fetched: no answer came \(.+\)\. Check the address/),
    });
  });

  it('ends with the signal’s reason', async () => {
    const reason = new Error('changed my mind');
    const stop = new AbortController();
    const options = { signal: stop.signal, onProgress: () => stop.abort(reason) };
    await expect(load(`${url}/slow`, options)).rejects.toBe(reason);
    const before = tf.memory().numTensors;
    await expect(load(written('stop.pth', fileOf('pytorch')), options)).rejects.toBe(reason);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('load by name', () => {
  let hub: HubServer;
  beforeAll(async () => {
    hub = await hubServer();
  });
  afterAll(() => hub.close());

  it('downloads once, heeds the configuration, and asks nobody when it is offline', async () => {
    const config = { label_names: cifar10Classes, pretrained_cfg: { mean: [0, 0, 0], std: [1, 1, 1] } };
    const repo = {
      files: {
        'config.json': new TextEncoder().encode(JSON.stringify(config)),
        'model.safetensors': fileOf('safetensors'),
      },
    };
    hub.setRepo('someone/resnet20', repo);
    const options = { endpoint: hub.url, cache: join(folder, 'cache') };
    const progress: unknown[][] = [];
    const loaded = await load('hf:someone/resnet20', {
      ...options,
      onProgress: (...at) => progress.push(at),
    });
    expect(loaded.preprocessing).toMatchObject({ std: [255, 255, 255] });
    loaded.dispose();
    const { length } = fileOf('safetensors');
    expect(progress.at(-1)).toEqual([
      ...[length, length],
      expect.objectContaining({ name: 'hf:someone/resnet20', file: 'model.safetensors', state: 'done' }),
    ]);

    hub.requests.length = 0;
    const again = await load(`hf:someone/resnet20@${commitOf(repo)}`, {
      ...{ ...options, offline: true, preprocessing: preprocessings.cifar },
    });
    expectSame(await again.classify(image));
    again.dispose();
    expect(hub.requests).toEqual([]);
  });

  it('says what is wrong with a name', async () => {
    await expect(load('torchvision:resnet51')).rejects.toMatchObject({ code: 'unknown-name' });
    await expect(load('hf:someone')).rejects.toMatchObject({ code: 'bad-option' });
    const offline = { offline: true, cache: join(folder, 'empty') };
    await expect(load('keras:ResNet50', offline)).rejects.toThrow('keras:ResNet50 is not in the cache');
  });
});

it('describes a file whose checksum holds', async () => {
  const loaded = await load(await encodeClassifier(classifier));
  expect(loaded.file).toMatchObject({ container: 'resnetjs', classesFrom: 'file' });
  loaded.dispose();
});
