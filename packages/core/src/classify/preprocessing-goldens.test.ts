import '@tensorflow/tfjs-backend-cpu';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { fitImage } from '../images/fit-image.js';
import type { Pixels } from '../images/pixels.js';
import type { Classifier } from './classifier.js';
import { preprocess } from './preprocess.js';
import type { Preprocessing } from './preprocessing.js';
import { preprocessings } from './preprocessings.js';

beforeAll(() => tf.setBackend('cpu'));

/** As tooling/goldens/preprocessing.py has it in its columns. */
type Row = readonly [kind: Kind, width: number, height: number, checksum: string, ...values: number[]];
type Kind = 'noise' | 'slopes' | 'shapes' | 'gray';
interface Golden {
  readonly side: number;
  readonly images: readonly Row[];
}
const { transforms } = JSON.parse(
  readFileSync(new URL('./preprocessing-goldens.json', import.meta.url), 'utf8'),
) as { transforms: Readonly<Record<string, Golden>> };

const { torchvision, torchvisionV2, timm, keras } = preprocessings;
const half = { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] };

/** What each transform is in our words. */
const ours: Readonly<Record<string, Preprocessing>> = {
  'torchvision resnet18 IMAGENET1K_V1': torchvision,
  'torchvision resnet50 IMAGENET1K_V2': torchvisionV2,
  'timm resnet50.tv_in1k': torchvision,
  'timm resnet50.tv2_in1k': torchvisionV2,
  'timm resnet50.gluon_in1k': timm,
  'timm resnet26d.bt_in1k': { ...timm, cropShare: 0.95 },
  'timm resnet18.a1_in1k': { ...timm, cropShare: 1 },
  'timm resnet18d.ra4_e3600_r224_in1k': { ...timm, ...half, cropShare: 1 },
  'timm 0.9': { ...timm, cropShare: 0.9 },
  'timm squash': { ...timm, fit: 'fill' },
  'timm squash 1.0': { ...torchvision, fit: 'fill', cropShare: 1 },
  'keras caffe nearest': keras.caffe,
  'keras tf nearest': keras.tf,
  'keras torch bilinear': { ...keras.torch, interpolation: 'bilinear' },
  'keras caffe bicubic': { ...keras.caffe, interpolation: 'bicubic' },
};

/** The image that tooling/goldens/preprocessing.py preprocesses. */
function generate(kind: Kind, width: number, height: number): Pixels {
  const noise = (x: number, y: number, c: number) => {
    const mixed = Math.imul(x * 7919 + y * 104729 + c * 1299709 + 1, 2654435761) >>> 0;
    return (((mixed ^ (mixed >>> 15)) >>> 0) % 65521) >> 8;
  };
  const slope = (at: number, length: number) => Math.floor((at * 255) / Math.max(1, length));
  const level = {
    noise,
    slopes: (x: number, y: number, c: number) =>
      [slope(x, width - 1), slope(y, height - 1), slope(x + y, width + height - 2)][c] as number,
    shapes(x: number, y: number, c: number) {
      const check = ((x >> 3) ^ (y >> 3)) & 1;
      const shape = x * (5 + 2 * c) + y * (11 - 3 * c) + ((x * y) >> 3) * (c + 1) + check * 97;
      return (((shape & 255) * 3) >> 2) + (noise(x, y, c) >> 2);
    },
    gray: (x: number, y: number) => noise(x, y, 0),
  }[kind];
  const data = new Uint8Array(height * width * 3);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++) for (let c = 0; c < 3; c++) data[at++] = level(x, y, c);
  return { height, width, channels: 3, data };
}

describe('levels are equal, and values within 1e-6, to those of', () => {
  it.each(Object.entries(transforms))('%s', (name, { side, images }) => {
    const preprocessing = ours[name] as Preprocessing;
    expect(images.length).toBeGreaterThan(10);
    for (const [kind, width, height, checksum, ...values] of images) {
      const where = `${kind} ${width}×${height}`;
      const network = { input: [side, side, 3] } as unknown as Classifier['network'];
      const levels = fitImage(generate(kind, width, height), [side, side, 3], preprocessing);
      const hash = createHash('sha256').update(levels).digest('hex').slice(0, 16);
      expect(`${where} ${hash}`).toBe(`${where} ${checksum}`);
      const input = preprocess({ network, preprocessing } as Classifier, levels);
      const found = input.dataSync();
      input.dispose();
      for (const [i, value] of values.entries()) {
        const at = (i * 104729) % found.length;
        // Of single-precision steps in another order: mean and std apply to levels here, to shares of 255 there.
        expect(Math.abs((found[at] as number) - value), where).toBeLessThan(
          1e-6 * Math.max(1, Math.abs(value)),
        );
      }
    }
  });
});
