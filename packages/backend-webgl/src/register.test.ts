import { expect, it } from 'vitest';
import { register } from './index.js';

it('reports in Node that WebGL runs in browsers', async () => {
  const message = expect.stringMatching(/runs in browsers/);
  await expect(register()).rejects.toMatchObject({ name: 'BackendError', code: 'unavailable', message });
});
