import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Those that decide how fast products are, under the names that Linux has for them. */
const names = { avx2: 'AVX2', fma: 'FMA', avx512f: 'AVX-512', asimd: 'NEON' } as const;
export type InstructionSet = (typeof names)[keyof typeof names];

export interface Processor {
  /** As the system names it, with family and model where that is too little: cloud machines hide which one they are. */
  readonly name: string;
  /** null where the system doesn't tell. */
  readonly instructionSets: readonly InstructionSet[] | null;
}

/** The processor of this machine. */
export function thisProcessor(): Processor {
  const name = cpus()[0]?.model.trim() || 'unknown processor';
  if (process.platform === 'linux') return describeProcessor(name, textOf('/proc/cpuinfo'));
  return { name, instructionSets: process.arch === 'arm64' ? ['NEON'] : null };
}

/** A sandbox may have no such file. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** From the text of Linux's `/proc/cpuinfo`. */
export function describeProcessor(name: string, cpuinfo: string): Processor {
  const fieldOf = (key: string) => new RegExp(`^${key}\\s*:\\s*(.*)$`, 'mi').exec(cpuinfo)?.[1]?.trim();
  const [family, model, flags] = [
    fieldOf('cpu family'),
    fieldOf('model'),
    fieldOf('flags') ?? fieldOf('features'),
  ];
  const has = new Set(flags?.split(' '));
  const found = Object.entries(names).filter(([flag]) => has.has(flag));
  return {
    name: family === undefined || model === undefined ? name : `${name}, family ${family} model ${model}`,
    instructionSets: flags === undefined ? null : found.map(([, set]) => set),
  };
}
