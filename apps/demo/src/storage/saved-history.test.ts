import { describe, expect, it } from 'vitest';
import { HistoryRecorder } from './saved-history.js';

describe('HistoryRecorder', () => {
  it('continues the curves of an earlier visit, each metric with its own steps', () => {
    const before = new HistoryRecorder();
    before.record('residual', 1, { loss: 1.5, accuracy: 0.25 });
    before.record('plain', 1, { loss: 1.75, accuracy: 0.125 });
    before.record('residual', 1, { validation: 0.5 });
    const saved = structuredClone(before.snapshot());

    const after = new HistoryRecorder(saved);
    after.record('residual', 2, { loss: 1.25, accuracy: 0.75 });
    const { residual, plain } = after.snapshot();
    expect(residual.loss).toEqual({ steps: Float64Array.of(1, 2), values: Float64Array.of(1.5, 1.25) });
    expect(residual.accuracy.values).toEqual(Float64Array.of(0.25, 0.75));
    expect(residual.validation).toEqual({ steps: Float64Array.of(1), values: Float64Array.of(0.5) });
    expect(plain.loss.values).toEqual(Float64Array.of(1.75));
    expect(saved.residual.loss.values).toEqual(Float64Array.of(1.5));
  });
});
