import { Option } from 'commander';

/** What `@resnetjs/backend-wasm` may compute with: see its `RegisterOptions`. */
export const instructionChoices = ['portable', 'multiply-add', 'wide'] as const;
export type InstructionChoice = (typeof instructionChoices)[number];

export function instructionsOption(): Option {
  return new Option(
    '--instructions <name>',
    `wasm: portable has the same bits everywhere; multiply-add rounds once where the engine can, and is faster; wide computes on 256 bits as well, from Node 24 on, and is twice as fast (default: "portable")`,
  ).choices(instructionChoices);
}
