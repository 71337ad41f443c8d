import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { register } from './index.js';
import { describeNative } from './native.test-support.js';
import { avoidsOneDnn, hidesCaches, lacksAvx512 } from './tensorflow-environment.js';

const folders: string[] = [];
const folderWith = (...parts: string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'resnetjs-cpu-'));
  folders.push(folder);
  for (const part of parts) mkdirSync(join(folder, part));
  return folder;
};

afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('of the processor, it sees', () => {
  it('where the machine hides its caches, and it knows of a processor', () => {
    expect(hidesCaches(folderWith())).toBe(true);
    expect(hidesCaches(folderWith('cache'))).toBe(false);
    expect(hidesCaches('/nowhere/cpu0')).toBe(false);
  });

  it('that it has no AVX-512, where the system says what it has', () => {
    const file = join(folderWith(), 'cpuinfo');
    const flags = (text: string) =>
      writeFileSync(file, `processor\t: 0\nflags\t\t: fpu ${text} sse\nbugs\t: none\n`);
    flags('avx2 avx512f');
    expect(lacksAvx512(file)).toBe(false);
    flags('avx2');
    expect(lacksAvx512(file)).toBe(true);
    expect(lacksAvx512('/nowhere/cpuinfo')).toBe(false);
    writeFileSync(file, 'processor\t: 0\n');
    expect(lacksAvx512(file)).toBe(false);
  });
});

describe('avoidsOneDnn', () => {
  it.each(['0', '1'])('leaves the choice to the environment: %s', (value) => {
    vi.stubEnv('TF_ENABLE_ONEDNN_OPTS', value);
    expect(avoidsOneDnn()).toBe(value === '0');
  });
});

describeNative('native TensorFlow', () => {
  it('computes the 1×1 convolutions of a ResNet-50, in which oneDNN ends the process without the sizes of caches', async () => {
    await register();
    tf.tidy(() => {
      const y = tf.conv2d(
        tf.ones([1, 14, 14, 256]) as tf.Tensor4D,
        tf.ones([1, 1, 256, 1024]) as tf.Tensor4D,
        1,
        'valid',
      );
      expect(tf.min(y).dataSync()[0]).toBe(256);
      expect(tf.max(y).dataSync()[0]).toBe(256);
    });
  });
});
