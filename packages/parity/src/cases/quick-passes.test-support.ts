import type { PassCase } from './case.js';
import { parityCases } from './parity-cases.js';

/**
 * The passes of the quick level, except those of the deepest networks, whose float32 error only the suite itself measures. The
 * family's are among the blocks.
 */
export const quickPasses = parityCases('quick').filter(
  (each): each is PassCase => each.kind === 'pass' && !/course\/resnet50|shortened/.test(each.name),
);

/** Several times the error measured on the cpu backend: through several blocks, float32's own error grows. */
export function toleranceOf({ byFloor }: PassCase): number {
  return byFloor ? 5e-5 : 1e-5;
}
