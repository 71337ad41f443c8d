import { networkEntries, networks, preprocessings } from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { publishedWeights } from './published-weights.js';

const all = Object.entries(publishedWeights);
const { torchvision, torchvisionV2, timm, keras } = preprocessings;

describe('published weights', () => {
  it('are of networks of the catalogue, whose names begin theirs', () => {
    expect(all.length).toBeGreaterThan(100);
    for (const [name, { network }] of all) {
      expect(Object.keys(networks)).toContain(network);
      expect(name.startsWith(`${network}.`), name).toBe(true);
    }
  });

  it('are there for every network of torchvision, timm and Keras', () => {
    const families = { torchvision: 'torchvision', timm: 'timm', 'Keras Applications': 'keras' } as const;
    for (const [network, { family }] of Object.entries(networkEntries)) {
      if (!(family in families)) continue;
      const source = families[family as keyof typeof families];
      expect(
        all.some(([, weights]) => weights.network === network && weights.source === source),
        network,
      ).toBe(true);
    }
  });

  // As the sources' own documentation has it.
  it('want their images as their source says', () => {
    expect(publishedWeights['resnet18.IMAGENET1K_V1'].preprocessing).toEqual(torchvision);
    expect(publishedWeights['resnet50.IMAGENET1K_V2'].preprocessing).toEqual(torchvisionV2);
    expect(publishedWeights['resnet50.gluon_in1k'].preprocessing).toEqual(timm);
    expect(publishedWeights['resnet50.a1_in1k']).toMatchObject({
      ...{ source: 'timm', side: 224, license: 'apache-2.0', preprocessing: { ...timm, cropShare: 0.95 } },
      test: { side: 288, preprocessing: { ...timm, cropShare: 1 } },
    });
    expect(publishedWeights['resnet50d.ra4_e3600_r224_in1k'].preprocessing).toMatchObject({
      mean: [127.5, 127.5, 127.5],
      std: [127.5, 127.5, 127.5],
    });
    expect(publishedWeights['keras/resnet50.imagenet'].preprocessing).toEqual({
      ...keras.caffe,
      cropShare: 1,
    });
    expect(publishedWeights['keras/resnet152v2.imagenet'].preprocessing).toEqual({
      ...keras.tf,
      cropShare: 1,
    });
  });

  it('have a file of their own at https, and no two the same', () => {
    const urls = all.map(([, { url }]) => new URL(url));
    expect(urls.every(({ protocol }) => protocol === 'https:')).toBe(true);
    expect(new Set(urls.map(String)).size).toBe(all.length);
  });

  it('have plausible figures', () => {
    for (const [name, { side, source, accuracy, test, preprocessing }] of all) {
      expect(side % 16, name).toBe(0);
      if (test) expect(test.side, name).toBeGreaterThan(side);
      if (source === 'torchvision') {
        const [top1, top5] = accuracy as readonly [number, number];
        expect(top1 > 69 && top1 < top5 && top5 < 97, name).toBe(true);
      }
      expect(preprocessing.fit, name).toBe(source === 'keras' ? 'fill' : 'crop');
    }
  });
});
