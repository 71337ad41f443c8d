import { Option } from 'commander';

/** What `@resnetjs/backend-wasm` may compute with: see its `RegisterOptions`. */
export const instructionChoices = ['wide', 'auto', 'wide-portable', 'portable'] as const;
export type InstructionChoice = (typeof instructionChoices)[number];

/** What wasm says that it computes with if it is portable. Checkpoints of versions that always were do not say it. */
export const portableInWords = 'WebAssembly SIMD, 128 bits';

/** Those that give the bits of before, in the backend's words; the fastest for nothing before. */
export const instructionsAs = (before?: string): InstructionChoice =>
  before === undefined || before.includes('tiles') ? 'wide' : 'wide-portable';

export function instructionsOption(): Option {
  return new Option(
    '--instructions <name>',
    'wasm: auto takes what Node has (multiply-add from 22 on), portable has the same bits everywhere; wide and wide-portable compute the same on 256 bits, up to twice as fast, in Node 24 and newer on x86 (default: "wide")',
  ).choices(instructionChoices);
}
