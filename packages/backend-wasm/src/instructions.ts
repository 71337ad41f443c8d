import { BackendError } from '@resnetjs/backend';
import { messageOf } from './message-of.js';
import type { Exports } from './microkernels.js';
import { inflate, webAssembly, type WasmMemory } from './web-assembly.js';
import { pairVectors, pause } from './threads/platform.js';

/**
 * What the kernels compute with. `portable`: multiplication and addition on 128 bits, the same bits everywhere. `auto`: one rounding
 * for both (relaxed SIMD) where the engine has it, and Winograd's tiles. `wide`, `wide-portable`: the bits of `auto` and `portable`, on
 * 256 bits where V8 pairs neighbouring instructions (a flag of the whole process).
 */
export const instructionNames = ['auto', 'portable', 'wide', 'wide-portable'] as const;
export type InstructionName = (typeof instructionNames)[number];

/** The builds of the microkernels, for each kind of memory: of what each is made, `assembly/compile.mjs` says. */
const builds = {
  portable: () => import('./generated/microkernels-portable.js'),
  multiplyAdd: () => import('./generated/microkernels-multiply-add.js'),
  widePortable: () => import('./generated/microkernels-wide-portable.js'),
  wideMultiplyAdd: () => import('./generated/microkernels-wide-multiply-add.js'),
};
export type BuildName = keyof typeof builds;

const words = {
  portable: 'WebAssembly SIMD, 128 bits',
  multiplyAdd: 'WebAssembly SIMD, 128 bits, multiply-add',
  widePortable: 'WebAssembly SIMD, 256 bits',
  wideMultiplyAdd: 'WebAssembly SIMD, 256 bits, multiply-add',
} as const satisfies Record<BuildName, string>;

export interface StartedMicrokernels {
  readonly module: object;
  readonly microkernels: Exports;
}

interface Chosen extends StartedMicrokernels {
  /** Whether convolutions of 3×3 are computed by tiles, which changes last bits. */
  readonly tiles: boolean;
  /** In words. */
  readonly instructions: string;
}

/** Starts the microkernels on a plain or shared memory. Throws BackendError `unavailable` if there is no SIMD, and `start-failed`. */
export async function startMicrokernels(
  memory: WasmMemory,
  wanted: InstructionName = 'auto',
): Promise<Chosen> {
  const build = await chooseBuild(wanted);
  const tiles = !isPortable(wanted);
  const instructions = `${words[build]}${tiles ? ', tiles for 3×3' : ''}`;
  return { ...(await startBuild(build, memory)), tiles, instructions };
}

const isPortable = (wanted: InstructionName) => wanted.endsWith('portable');

async function chooseBuild(wanted: InstructionName): Promise<BuildName> {
  const isFused = !isPortable(wanted) && hasMultiplyAdd();
  const [narrow, wide] = isFused
    ? (['multiplyAdd', 'wideMultiplyAdd'] as const)
    : (['portable', 'widePortable'] as const);
  if (!wanted.startsWith('wide') || !pairVectors()) return narrow;
  return (await isFaster(wide, narrow)) ? wide : narrow;
}

/** Whether the engine has relaxed SIMD's multiply-add. */
export const hasMultiplyAdd = (): boolean => webAssembly().validate(multiplyAddModule);

/** A module with one function, `f32x4.relaxed_madd` of its three parameters (relaxed SIMD's opcode 0x105). */
const multiplyAddModule = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b], // its type: three vectors to one
  ...[3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfd, 0x85, 2, 0x0b],
);

export async function startBuild(build: BuildName, memory: WasmMemory): Promise<StartedMicrokernels> {
  const bytes = await bytesOfBuild(build, !(memory.buffer instanceof ArrayBuffer));
  const engine = webAssembly();
  if (!engine.validate(bytes)) {
    throw new BackendError(
      'unavailable',
      'This JavaScript engine rejects the microkernels: WebAssembly SIMD is needed. Use a newer browser or Node, or another backend.',
    );
  }
  const module = await engine.compile(bytes);
  const { exports } = await engine.instantiate(module, { env: { memory } });
  return { module, microkernels: exports as Exports };
}

export async function bytesOfBuild(name: BuildName, shared: boolean): Promise<Uint8Array<ArrayBuffer>> {
  const { build } = await builds[name]().catch((cause) => {
    throw new BackendError(
      'start-failed',
      `The script that holds the microkernels could not be loaded (${messageOf(cause)}). Serve every file that the bundler wrote.`,
      { cause },
    );
  });
  return inflate(shared ? build.sharedMemory : build.plainMemory);
}

/** The sizes of the product that two builds are compared by: a million multiply-adds, in the first caches. */
const trial = { rows: 64, depth: 128, columns: 128 } as const;
/** How much quicker a build has to be: less is noise. */
const margin = 0.85;

/** Whether a build gives another's bits, in less time, each compiled as well as the engine does. */
async function isFaster(build: BuildName, other: BuildName): Promise<boolean> {
  const [one, two] = [await trialOf(build), await trialOf(other)];
  for (let round = 0; round < 4; round++) {
    one.run(10);
    two.run(10);
    await pause(5); // the engine compiles on another thread meanwhile
  }
  let [best, otherBest] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 8; round++) {
    best = Math.min(best, one.run(2));
    otherBest = Math.min(otherBest, two.run(2));
  }
  return best < margin * otherBest && one.result().every((value, index) => value === two.result()[index]);
}

/** A product in a memory of its own. */
async function trialOf(build: BuildName) {
  const { rows, depth, columns } = trial;
  const { Memory } = webAssembly();
  const memory = new Memory({ initial: 8 });
  const { microkernels } = await startBuild(build, memory);
  let end = 1024;
  const allocate = (bytes: number) => {
    const address = end;
    end += 64 * Math.ceil(bytes / 64);
    return address;
  };
  const line = (count: number, step: number) => {
    const table = allocate(4 * count);
    microkernels.fillOffsets(table, 1, 0, 1, 0, count, 4 * step);
    return table;
  };
  const [left, right, target] = [rows * depth, depth * columns, rows * columns].map((count) =>
    allocate(4 * count),
  ) as [number, number, number];
  const values = new Float32Array(memory.buffer, left, rows * depth + depth * columns);
  for (let i = 0; i < values.length; i++) values[i] = ((i * 7919) % 1009) / 1009 - 0.5;
  const args = [
    ...[left, line(rows, depth), line(depth, 1), right, line(depth, columns), line(columns, 1), 0],
    ...[target, line(rows, columns), depth, false, 0, 0, 0, 0, rows, columns, rows, columns, 0, 0, 0, 0, 1],
  ] as const;
  const scratch = allocate(microkernels.multiplyScratchBytes(rows, columns, depth));
  const multiply = microkernels.multiply as unknown as (...args: readonly (number | boolean)[]) => void;
  return {
    /** Milliseconds. */
    run(times: number): number {
      const started = performance.now();
      for (let time = 0; time < times; time++) multiply(...args, scratch);
      return performance.now() - started;
    },
    result: () => new Float32Array(memory.buffer, target, rows * columns),
  };
}
