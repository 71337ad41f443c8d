import { BackendError } from '@resnetjs/backend';
import {
  type Address,
  type Exports,
  type SharedArguments,
  type SharedKernel,
  sharedKernels,
} from '../microkernels.js';
import type { StartedMicrokernels } from '../instructions.js';
import type { WasmMemory } from '../web-assembly.js';
import { control, controlBytes } from './control.js';
import { startWorker, type WorkerHandle } from './platform.js';
import { canWait, waitForOthers } from './wait-for-others.js';
import { workerSource } from './worker-source.js';

/** Scratch memory of `bytesEach` for each thread of a team, contiguous from `address` on. */
export interface Scratch {
  readonly address: Address;
  readonly bytesEach: number;
}

/** The threads that share a kernel's items; their number doesn't change a bit of any result. */
export interface Team {
  readonly threads: number;
  /** Runs the kernel on the items [0, count), at least `grain` at a time, and returns when all are done. */
  share<Name extends SharedKernel>(
    name: Name,
    args: SharedArguments[Name],
    count: number,
    grain: number,
    scratch?: Scratch,
  ): void;
  stop(): void;
}

/** Number of floats from which on another thread pays off, for kernels that make one pass over them. */
export const floatsWorthwhile = 8192;

type AnyKernel = (...args: number[]) => void;

/** A team of the calling thread alone. */
export function oneThread(microkernels: Exports): Team {
  return {
    threads: 1,
    share: (name, args, count, _grain, scratch) => {
      if (count === 0) return;
      (microkernels[name] as AnyKernel)(
        ...(args as readonly number[] as number[]),
        0,
        count,
        scratch?.address ?? 0,
      );
    },
    stop: () => {},
  };
}

const secondsToStart = 20;
/** How many pieces each thread's share is split into, so that others take over from a thread that is interrupted. */
const piecesPerThread = 8;

/** Starts workers on a shared memory: `threads` threads with the calling one. Rejects if they don't start. */
export async function startTeam(
  { module, microkernels }: StartedMicrokernels,
  memory: WasmMemory,
  threads: number,
): Promise<Team> {
  const shared = new SharedArrayBuffer(controlBytes);
  const workers: WorkerHandle[] = [];
  const stop = () => {
    const integers = new Int32Array(shared);
    Atomics.store(integers, control.quit, 1);
    turn(integers);
    Atomics.notify(integers, control.state);
    for (const worker of workers) worker.terminate();
  };
  try {
    for (let index = 1; index < threads; index++) {
      workers.push(startWorker(workerSource, { module, memory, shared, names: sharedKernels, index }));
    }
    await within(secondsToStart, Promise.all(workers.map(({ ready }) => ready)));
  } catch (cause) {
    stop();
    throw cause;
  }
  for (const worker of workers) worker.detach();
  return { threads, share: sharer(microkernels, shared, threads), stop };
}

async function within<Result>(seconds: number, work: Promise<Result>): Promise<Result> {
  let timer: unknown;
  const late = new Promise<never>((_, reject) => {
    timer = timers.setTimeout(
      () => reject(new Error(`they were not ready after ${seconds} seconds`)),
      1000 * seconds,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timers.clearTimeout(timer);
  }
}

const timers = globalThis as unknown as {
  setTimeout(run: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
};

function sharer(microkernels: Exports, shared: SharedArrayBuffer, threads: number): Team['share'] {
  const integers = new Int32Array(shared, 0, control.integers);
  const values = new Float64Array(shared, 4 * control.integers);
  const mayWait = canWait(integers);

  return (name, args, count, grain, scratch = { address: 0, bytesEach: 0 }) => {
    const kernel = microkernels[name] as AnyKernel;
    const numbers = args as readonly number[] as number[];
    const fair = Math.ceil(count / (threads * piecesPerThread));
    const taken = grain * Math.ceil(fair / grain);
    if (count <= taken) {
      if (count > 0) kernel(...numbers, 0, count, scratch.address);
      return;
    }
    values.set(numbers.map(Number));
    integers[control.kernel] = sharedKernels.indexOf(name);
    integers[control.argumentCount] = numbers.length;
    integers[control.count] = count;
    integers[control.grain] = taken;
    integers[control.scratch] = scratch.address;
    integers[control.scratchEach] = scratch.bytesEach;
    Atomics.store(integers, control.next, 0);
    Atomics.store(integers, control.failed, 0);
    turn(integers);
    Atomics.notify(integers, control.state, Math.min(threads, Math.ceil(count / taken)) - 1);
    try {
      for (;;) {
        const first = Atomics.add(integers, control.next, taken);
        if (first >= count) break;
        kernel(...numbers, first, Math.min(first + taken, count), scratch.address);
      }
    } finally {
      turn(integers);
      waitForOthers(integers, mayWait);
    }
    if (Atomics.load(integers, control.failed) !== 0) {
      throw new BackendError(
        'thread-failed',
        `A thread failed in ${name}, so the result is incomplete. Restart the process or reload the page, with fewer threads.`,
      );
    }
  };
}

/** Opens or closes a job; the state wraps around without becoming negative. */
function turn(integers: Int32Array): void {
  Atomics.store(integers, control.state, (Atomics.load(integers, control.state) + 1) & 0x3fff_ffff);
}
