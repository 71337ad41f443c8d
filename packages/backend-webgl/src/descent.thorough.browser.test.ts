import { testDescent } from '@resnetjs/kernel-tests';
import { beforeAll } from 'vitest';
import { register } from './index.js';

beforeAll(() => register());

testDescent('thin');
