import { preprocessings } from '@resnetjs/core';
import { publishedWeights } from '@resnetjs/weights';
import { expect, it } from 'vitest';
import { nameOfPreprocessing, namedPreprocessing, publishedWith } from './named-preprocessings.js';

it('every preprocessing of core has a name, and every name is one', () => {
  const { keras, ...others } = preprocessings;
  for (const each of [...Object.values(others), ...Object.values(keras)]) {
    const name = nameOfPreprocessing(each) as string;
    expect(namedPreprocessing(name)).toEqual({ preprocessing: each });
  }
});

it('published weights bring the size of their images', () => {
  const { preprocessing, side } = publishedWeights['resnet50.a3_in1k'];
  expect(namedPreprocessing('resnet50.a3_in1k')).toEqual({ preprocessing, side });
  expect(publishedWith('resnet50', preprocessing)).toContain('resnet50.a3_in1k');
  expect(publishedWith('resnet18', preprocessing)).not.toContain('resnet50.a3_in1k');
});

it('finds its name though shares of 1 were rounded', () => {
  const mean = [0.485, 0.456, 0.406].map((share) => share * 255);
  expect(nameOfPreprocessing({ ...preprocessings.timm, mean })).toBe('timm');
});

it.each([
  ['torchvison', /Did you mean torchvision\?/],
  ['resnet50.a9_in1k', /Did you mean .*resnet50\.a1_in1k/],
])('suggests names for %s', (name, message) => {
  expect(() => namedPreprocessing(name)).toThrow(message);
});
