import { BackendError } from '@resnetjs/backend';
import { portable } from './generated/microkernels.js';
import { messageOf } from './message-of.js';
import type { Exports } from './microkernels.js';
import { inflate, webAssembly, type WasmMemory } from './web-assembly.js';
import { pairVectors, pause } from './threads/platform.js';

/**
 * What the microkernels may be made of. `portable`: multiplication and addition on 128 bits, the same bits everywhere.
 * `multiply-add`: one rounding for both (relaxed SIMD), where the engine has it. `wide`: 256 bits, where V8 pairs neighbouring
 * instructions (a flag of the whole process), and multiply-add, each where there is; bits are those of `multiply-add`.
 * `auto`: `multiply-add`.
 */
export const instructionNames = ['auto', 'portable', 'multiply-add', 'wide'] as const;
export type InstructionName = (typeof instructionNames)[number];

/** A build of the microkernels: of what each is made, `assembly/compile.mjs` says. */
export type BuildName = 'portable' | 'multiplyAdd' | 'wide' | 'wideMultiplyAdd';

export interface StartedMicrokernels {
  readonly module: object;
  readonly microkernels: Exports;
}

/** Starts the microkernels on a plain or shared memory. Throws BackendError `unavailable` if there is no SIMD, and `start-failed`. */
export async function startMicrokernels(
  memory: WasmMemory,
  wanted: InstructionName = 'portable',
): Promise<StartedMicrokernels & { readonly instructions: string }> {
  const build = await chooseBuild(wanted);
  const tiles = wanted === 'portable' ? '' : ', tiles for 3×3';
  return { ...(await startBuild(build, memory)), instructions: words[build] + tiles };
}

const words = {
  portable: 'WebAssembly SIMD, 128 bits',
  multiplyAdd: 'WebAssembly SIMD, 128 bits, multiply-add',
  wide: 'WebAssembly SIMD, 256 bits',
  wideMultiplyAdd: 'WebAssembly SIMD, 256 bits, multiply-add',
} as const satisfies Record<BuildName, string>;

async function chooseBuild(wanted: InstructionName): Promise<BuildName> {
  if (wanted === 'portable') return 'portable';
  const fused = await canRun('multiplyAdd');
  const narrow = fused ? 'multiplyAdd' : 'portable';
  if (wanted !== 'wide' || !pairVectors()) return narrow;
  const wide = fused ? 'wideMultiplyAdd' : 'wide';
  return (await isFaster(wide, narrow)) ? wide : narrow;
}

/** Whether the engine takes a build. */
export const canRun = async (build: BuildName): Promise<boolean> =>
  webAssembly().validate(await bytesOfBuild(build, false));

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

export async function bytesOfBuild(build: BuildName, shared: boolean): Promise<Uint8Array> {
  const texts = build === 'portable' ? portable : (await loadBuilds())[build];
  return new Uint8Array(await inflate(shared ? texts.sharedMemory : texts.plainMemory));
}

async function loadBuilds() {
  try {
    return await import('./generated/microkernel-builds.js');
  } catch (cause) {
    throw new BackendError(
      'start-failed',
      `The script that holds more WebAssembly could not be loaded (${messageOf(cause)}). Serve every file that the bundler wrote, or ask for the portable instructions.`,
      { cause },
    );
  }
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
