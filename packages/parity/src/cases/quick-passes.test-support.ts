import type { PassCase } from './case.js';
import { parityCases } from './parity-cases.js';

/** The passes of the quick level but that of the deepest network, whose float32 errors the suite itself measures. */
export const quickPasses = parityCases('quick').filter(
  (each): each is PassCase => each.kind === 'pass' && !each.name.includes('course/resnet50'),
);

/** Through several blocks float32's own error grows: several times what the cpu backend was measured at. */
export function gateOf({ byFloor }: PassCase): number {
  return byFloor ? 5e-5 : 1e-5;
}
