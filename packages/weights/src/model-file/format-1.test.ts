import { readFileSync } from 'node:fs';
import {
  asNetwork,
  courseResNet50,
  disposeTensors,
  disposeVariables,
  identityBlock,
  initializers,
  layerNames,
  type Network,
  plainNetwork,
  preactResNet,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { byteSource } from '../byte-source.js';
import { decodeCheckpoint } from '../checkpoint/decode-checkpoint.js';
import { encodeCheckpoint } from '../checkpoint/encode-checkpoint.js';
import { readSafetensorsHeader } from '../containers/safetensors.js';
import { decodeClassifier } from './decode-classifier.js';
import { describeClassifier } from './describe-classifier.js';
import { encodeClassifier } from './encode-classifier.js';
import { fromVersion1 } from './format-1.js';
import { fromVersion2 } from './format-2.js';
import { readDescription } from './read-description.js';
import { formatVersion } from './versions.js';

// test-data/README.md says what these files are, and which commit wrote them.
const fileOf = (name: string) => readFileSync(new URL(`../../test-data/${name}`, import.meta.url));
const descriptions = JSON.parse(fileOf('descriptions-1.json').toString()) as Record<
  string,
  { metadata: Record<string, string>; layerNames: string[] }
>;

const tail = (random: ReturnType<typeof initializers.randomNormal>) =>
  [
    { op: 'pool', mode: 'average', size: [4, 4], strides: [4, 4], padding: 'valid' },
    { op: 'flatten' },
    { op: 'dense', units: 2, activation: 'softmax', initializer: random },
  ] as const;

/** The same networks, as this version builds them. */
const networks: Record<string, Network> = {
  resnet50: courseResNet50(),
  'resnet50 document plain': plainNetwork(courseResNet50({ initialization: 'course' })),
  resnetPreAct: preactResNet(),
  'resnetPreAct final': preactResNet({ finalConv: true, blocks: 2, inputName: 'x' }),
  own: {
    ...preactResNet({
      blocks: 1,
      classes: 2,
      initializer: initializers.randomNormal({ mean: 0.5, stddev: 0.25, seed: 3 }),
    }),
    name: 'preact/mine',
  },
  block: {
    ...asNetwork(
      identityBlock({ kernelSize: 2, filters: [4, 4, 3], initializer: initializers.constant(1) }),
      [4, 4, 3],
      'course/mine',
    ),
    head: tail(initializers.randomNormal({ stddev: 0.1 })),
  },
};

beforeAll(() => tf.setBackend('cpu'));

describe('files of format version 1', () => {
  it.each(Object.entries(descriptions))('describe %s as this version does', (name, former) => {
    const network = networks[name] as Network;
    const described = readDescription(new Map(Object.entries(former.metadata)));
    expect(described).toEqual({
      network,
      classes: described.classes,
      preprocessing: { mean: [1, 2, 3], std: [4, 5, 6], interpolation: 'bicubic', fit: 'crop' },
    });
    expect(layerNames(described.network)).toEqual(former.layerNames);
  });

  it('have the same weights, and are written as this version', async () => {
    const bytes = fileOf('model-1.safetensors');
    const tensorBytes = (file: Uint8Array) =>
      file.slice(Math.min(...[...readSafetensorsHeader(file).tensors.values()].map(({ start }) => start)));
    const model = await decodeClassifier(bytes);
    const written = await encodeClassifier(model, model.training ? { training: model.training } : {});
    expect(tensorBytes(written).slice(0, -64)).toEqual(new Uint8Array(tensorBytes(bytes)));
    const { metadata } = readSafetensorsHeader(written);
    expect(metadata.get('resnetjs')).toBe(formatVersion);
    expect([...metadata.values()].join()).not.toMatch(/picture|deviation|naming|l2/);
    expect(model.training).toMatchObject({ data: { source: 'synthetic:signs', images: 72 } });
    disposeVariables(model.variables);
  });

  it('can be checkpoints, which survive another round of writing and reading', async () => {
    const former = await decodeCheckpoint(byteSource(fileOf('checkpoint-1.safetensors')));
    expect(former.state.progress.data.images).toBe(72);
    const parts: Uint8Array[] = [];
    for await (const part of encodeCheckpoint(former, former.settings)) parts.push(part);
    const again = await decodeCheckpoint(byteSource(new Uint8Array(Buffer.concat(parts))));
    expect(again.state.progress).toEqual(former.state.progress);
    for (const { classifier, state } of [former, again]) {
      disposeVariables(classifier.variables);
      for (const slot of Object.values(state.optimizer.slots)) disposeTensors(slot);
    }
  });

  it('are the only ones that are upgraded', () => {
    const { metadata } = descriptions.resnetPreAct as { metadata: Record<string, string> };
    const inVersion2 = new Map(Object.entries({ ...metadata, resnetjs: '2' }));
    expect(() => readDescription(inVersion2)).toThrow(/network is not valid/);
  });

  it('may hold any JSON: an upgrade never throws', () => {
    const keys = ['network', 'preprocessing', 'training', 'progress'];
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(...keys), (text, key) => {
        fromVersion2(fromVersion1({ [key]: JSON.parse(text) }));
      }),
    );
  });
});

it('this version describes the same networks', () => {
  for (const network of Object.values(networks)) {
    const classes = Array.from(
      { length: (network.head.at(-1) as { units: number }).units },
      (_, i) => `${i}`,
    );
    const preprocessing = { mean: [1, 2, 3], std: [4, 5, 6], interpolation: 'bicubic', fit: 'crop' } as const;
    const metadata = describeClassifier({ network, classes, preprocessing });
    expect(
      readDescription(new Map(Object.entries({ ...metadata, resnetjs: formatVersion }))).network,
    ).toEqual(network);
  }
});
