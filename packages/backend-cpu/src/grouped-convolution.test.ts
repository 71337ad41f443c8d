import { testExplicitPadding, testFusedActivations, testGroupedConvolution } from '@resnetjs/kernel-tests';
import { beforeAll } from 'vitest';
import { register } from './index.js';

beforeAll(() => register());

testExplicitPadding();
testGroupedConvolution();
testFusedActivations();
