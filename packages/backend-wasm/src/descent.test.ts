import { testDescent } from '@resnetjs/kernel-tests';
import { beforeAll, it } from 'vitest';
import { register } from './index.js';

beforeAll(() => register());

if (process.env.RESNETJS_THOROUGH === '1') testDescent('whole');
else it.skip('whole networks, a minute (RESNETJS_THOROUGH=1)', () => {});
