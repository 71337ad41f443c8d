import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { convertTarget } from './convert-target.js';

it.each([
  ['a.safetensors', 'safetensors'],
  ['a.pth', 'pytorch'],
  ['a.PT', 'pytorch'],
  ['pytorch_model.bin', 'pytorch'],
  ['a.keras', 'keras'],
  ['a.weights.h5', 'keras-weights'],
  ['a.onnx', 'onnx'],
])('%s is written as %s', (out, format) => {
  expect(convertTarget(out)).toEqual({ format, path: out, inFolder: false });
});

it('a folder gets a model of ResNet.js, or safetensors', () => {
  const folder = mkdtempSync(join(tmpdir(), 'resnetjs-v1.'));
  try {
    for (const out of ['runs/new', 'runs/v1.5/', folder]) {
      const path = join(out, 'model.safetensors');
      expect(convertTarget(out)).toEqual({ format: 'resnetjs', path, inFolder: true });
      expect(convertTarget(out, 'safetensors')).toEqual({ format: 'safetensors', path, inFolder: true });
    }
    expect(() => convertTarget(folder, 'keras')).toThrow(/is a folder, and keras is a file.*model\.keras$/);
    expect(() => convertTarget(folder, 'onnx')).toThrow(/is a folder, and onnx is a file.*model\.onnx$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it.each([
  ['a.h5', undefined, /legacy \.h5 is read, but not written/],
  ['a.tflite', undefined, /no format has the ending \.tflite/],
  ['a.h5', 'keras', /whose name ends in \.keras/],
  ['a.h5', 'keras-weights', /whose name ends in \.weights\.h5/],
] as const)('%s as %s is refused', (out, to, message) => {
  expect(() => convertTarget(out, to)).toThrow(message);
});

it('--to says more than an ending', () => {
  expect(convertTarget('a.bin', 'safetensors')).toMatchObject({ format: 'safetensors', path: 'a.bin' });
});
