import { type InstructionSet, thisProcessor } from '@resnetjs/parity/node';
import type { InstructionChoice } from '../options/instructions-option.js';

export type Work = 'training' | 'inference';

interface Circumstances {
  readonly work: Work;
  /** null where the system doesn't tell. */
  readonly sets: readonly InstructionSet[] | null;
  /** Whether Node pairs vectors into 256 bits. */
  readonly isWide: boolean;
  /** Whether native TensorFlow has to do without oneDNN. */
  readonly lacksOneDnn: boolean;
}

/** Backends, the fastest first, and why. */
interface Ranking {
  readonly order: readonly ['node', 'wasm'] | readonly ['wasm', 'node'];
  readonly why: string;
}

export async function rankHere(work: Work, instructions: InstructionChoice = 'wide'): Promise<Ranking> {
  const { canPairVectors } = await import('@resnetjs/backend-wasm');
  const { avoidsOneDnn } = await import('@resnetjs/backend-node');
  return rank({
    work,
    sets: thisProcessor().instructionSets,
    isWide: instructions.startsWith('wide') && canPairVectors(),
    lacksOneDnn: avoidsOneDnn(),
  });
}

/** By what was measured: docs/native.md, "Which is faster". */
export function rank({ work, sets, isWide, lacksOneDnn }: Circumstances): Ranking {
  const hasAvx2 = sets?.includes('AVX2') ?? false;
  if (hasAvx2 && isWide) return { order: ['wasm', 'node'], why: 'in this Node' };
  if (hasAvx2 && lacksOneDnn && work === 'training') {
    return { order: ['wasm', 'node'], why: 'for training, since native TensorFlow does without oneDNN here' };
  }
  return { order: ['node', 'wasm'], why: hasAvx2 ? 'in this Node' : '' };
}
