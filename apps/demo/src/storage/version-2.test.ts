import { describe, expect, it } from 'vitest';
import { version } from './records.js';
import { inThisVersion } from './version-2.js';

const rest = {
  savedAt: 1,
  data: { kind: 'signs', size: 16, count: 60 },
  step: 5,
  steps: 10,
  checkpoints: [],
};
const history = { residual: 'curves', plain: 'curves' };

describe('inThisVersion', () => {
  it.each([
    ['resnetPreAct', 'preact/resnet'],
    ['resnet50', 'course/resnet50'],
  ])('gives a training of version 2 the keys of this one, and calls %s %s', (before, now) => {
    const network = { blocks: 3, normalized: false };
    const former = {
      ...rest,
      version: 2,
      network: { ...network, name: before },
      lanes: ['plain'],
      story: history,
    };
    expect(inThisVersion('training', former)).toEqual({
      ...rest,
      version,
      network: { ...network, name: now },
      variants: ['plain'],
      history,
    });
  });

  it('takes a model of version 2', () => {
    const former = { version: 2, savedAt: 1, file: 'bytes', facts: { accuracy: 0.5 } };
    expect(inThisVersion('model', former)).toEqual({ ...former, version });
  });

  it('ignores other versions, and finds nothing where nothing is', () => {
    expect(inThisVersion('training', { ...rest, version: 1 })).toBeNull();
    expect(inThisVersion('model', { version: version + 1 })).toBeNull();
    expect(inThisVersion('model', undefined)).toBeNull();
  });
});
