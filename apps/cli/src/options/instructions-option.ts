import { Option } from 'commander';

/** What `@resnetjs/backend-wasm` may compute with: see its `RegisterOptions`. */
export const instructionChoices = ['wide', 'auto', 'wide-portable', 'portable'] as const;
export type InstructionChoice = (typeof instructionChoices)[number];

/** Those of the bits that wasm had computed, in its own words: unless it was portable, with tiles. Former versions, which were, kept none. */
export const instructionsAs = (computedWith = ''): InstructionChoice =>
  computedWith.includes('tiles') ? 'wide' : 'wide-portable';

export function instructionsOption(): Option {
  return new Option(
    '--instructions <name>',
    'wasm: auto takes what Node has (multiply-add from 22 on), portable has the same bits everywhere; wide and wide-portable compute the same on 256 bits, up to twice as fast, in Node 24 and newer on x86 (default: "wide")',
  ).choices(instructionChoices);
}
