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

/** The first version of Node whose engine pairs vectors: `wide` of @resnetjs/backend-wasm. */
const pairingNode = 24;

export function rankHere(work: Work, instructions: InstructionChoice = 'wide'): Ranking {
  const isWide = instructions.startsWith('wide') && Number.parseInt(process.versions.node, 10) >= pairingNode;
  return rank({ work, isWide, sets: thisProcessor().instructionSets });
}

/** By what was measured: docs/native.md, "Which is faster". */
export function rank({ work, sets, isWide }: Circumstances): Ranking {
  if (sets === null) return { order: ['node', 'wasm'], why: '' };
  const onX86 = sets.includes('AVX2') || sets.includes('AVX-512');
  if (onX86 && !sets.includes('AVX-512')) return { order: ['wasm', 'node'], why: 'for AVX2 without AVX-512' };
  if (onX86 && isWide && work === 'training')
    return { order: ['wasm', 'node'], why: 'for training in this Node' };
  return { order: ['node', 'wasm'], why: onX86 ? `for ${work} with AVX-512` : '' };
}
