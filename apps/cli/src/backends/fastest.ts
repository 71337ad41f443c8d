import { type InstructionSet, thisProcessor } from '@resnetjs/parity/node';
import type { InstructionChoice } from '../options/instructions-option.js';

export type Work = 'training' | 'inference';

interface Circumstances {
  readonly work: Work;
  /** null where the system doesn't tell. */
  readonly sets: readonly InstructionSet[] | null;
  /** Whether Node pairs vectors into 256 bits. */
  readonly isWide: boolean;
}

/** Backends, the fastest first, and why. */
interface Ranking {
  readonly order: readonly ['node', 'wasm'] | readonly ['wasm', 'node'];
  readonly why: string;
}

export async function rankHere(work: Work, instructions: InstructionChoice = 'wide'): Promise<Ranking> {
  const { canPairVectors } = await import('@resnetjs/backend-wasm');
  const isWide = instructions.startsWith('wide') && canPairVectors();
  return rank({ work, isWide, sets: thisProcessor().instructionSets });
}

/** By what was measured: docs/native.md, "Which is faster". */
export function rank({ work, sets, isWide }: Circumstances): Ranking {
  const [hasAvx2, hasAvx512] = [sets?.includes('AVX2') ?? false, sets?.includes('AVX-512') ?? false];
  if (hasAvx2 && isWide) return { order: ['wasm', 'node'], why: 'in this Node' };
  if (hasAvx2 && !hasAvx512 && work === 'training') {
    return { order: ['wasm', 'node'], why: 'for training with AVX2 alone' };
  }
  return { order: ['node', 'wasm'], why: hasAvx512 ? 'with AVX-512' : '' };
}
