import { testExplicitPadding, testFusedActivations, testGroupedConvolution } from '@resnetjs/kernel-tests';
import { beforeAll } from 'vitest';
import { register } from './index.js';
import { describeNative } from './native.test-support.js';

describeNative('convolutions with groups and dilation', () => {
  beforeAll(() => register());

  testExplicitPadding();
  testGroupedConvolution();
  testFusedActivations();
});
