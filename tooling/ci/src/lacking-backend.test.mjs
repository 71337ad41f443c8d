import { expect, it } from 'vitest';
import { withoutBackend } from './lacking-backend.mjs';

const skipped = { failed: 0, skipped: 1, output: 'skipped, without node: no wheel' };

it.each([
  ['on a person’s machine is skipped with its reason', {}, skipped],
  ['under CI fails', { CI: 'true' }, { failed: 1, skipped: 0 }],
  ['under CI fails where another may lack', { CI: 'true', RESNETJS_MAY_LACK: 'webgl' }, { failed: 1 }],
  ['under CI fails where the list is empty', { CI: 'true', RESNETJS_MAY_LACK: '' }, { failed: 1 }],
  ['under CI is skipped where it may lack', { CI: 'true', RESNETJS_MAY_LACK: 'webgl, node' }, skipped],
])('a backend that cannot be had %s', (_, environment, verdict) => {
  expect(withoutBackend('node', 'no wheel', environment)).toMatchObject(verdict);
});
