import { expect, it } from 'vitest';
import { withoutBackend } from './lacking-backend.mjs';

const skipped = { failed: 0, skipped: 1, output: 'skipped, without node: no wheel' };

it.each([
  ['on a person’s machine is skipped with its reason', {}, skipped],
  ['under CI fails', { CI: 'true' }, { failed: 1, skipped: 0 }],
  [
    'under CI fails if only another may be lacking',
    { CI: 'true', RESNETJS_MAY_LACK: 'webgl' },
    { failed: 1 },
  ],
  ['under CI fails if the list is empty', { CI: 'true', RESNETJS_MAY_LACK: '' }, { failed: 1 }],
  ['under CI is skipped if it may be lacking', { CI: 'true', RESNETJS_MAY_LACK: 'webgl, node' }, skipped],
])('an unavailable backend %s', (_, environment, verdict) => {
  expect(withoutBackend('node', 'no wheel', environment)).toMatchObject(verdict);
});
