import { testDescent } from '@resnetjs/kernel-tests';
import { beforeAll, it } from 'vitest';
import { register } from './index.js';

beforeAll(() => register());

if (process.env.RESNETJS_THOROUGH === '1') testDescent('thin');
else it.skip('thinned networks, half a minute (RESNETJS_THOROUGH=1)', () => {});
