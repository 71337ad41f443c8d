import { describe, expect, it } from 'vitest';
import { StoryNotes } from './kept-story.js';

describe('StoryNotes', () => {
  it('goes on after what an earlier visit kept, each figure with steps of its own', () => {
    const before = new StoryNotes();
    before.note('residual', 1, { loss: 1.5, accuracy: 0.25 });
    before.note('plain', 1, { loss: 1.75, accuracy: 0.125 });
    before.note('residual', 1, { validation: 0.5 });
    const kept = structuredClone(before.keep());

    const after = new StoryNotes(kept);
    after.note('residual', 2, { loss: 1.25, accuracy: 0.75 });
    const { residual, plain } = after.keep();
    expect(residual.loss).toEqual({ steps: Float64Array.of(1, 2), values: Float64Array.of(1.5, 1.25) });
    expect(residual.accuracy.values).toEqual(Float64Array.of(0.25, 0.75));
    expect(residual.validation).toEqual({ steps: Float64Array.of(1), values: Float64Array.of(0.5) });
    expect(plain.loss.values).toEqual(Float64Array.of(1.75));
    expect(kept.residual.loss.values).toEqual(Float64Array.of(1.5));
  });
});
