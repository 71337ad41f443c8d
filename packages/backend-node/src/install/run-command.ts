import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  /** It is ended after so long. */
  readonly seconds: number;
}

interface CommandOutcome {
  /** null where it did not start, or was ended. */
  readonly code: number | null;
  /** stdout and stderr together, as they came; the last 64 kB of them. */
  readonly output: string;
  readonly stdout: string;
}

const maxOutput = 65_536;

/** Seconds that a command has to end by itself once it is told to. */
const patience = 5;

/** Runs a command to its end; only an abort throws. npm's and npx's batch files on Windows need a shell. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env, signal, seconds }: CommandOptions,
): Promise<CommandOutcome> {
  signal?.throwIfAborted();
  const child = start(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
  });
  return await new Promise((resolve, reject) => {
    let output = '';
    let stdout = '';
    let reason = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout = (stdout + text).slice(-maxOutput);
      output = (output + text).slice(-maxOutput);
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-maxOutput);
    });
    let last: NodeJS.Timeout | undefined;
    const end = () => {
      kill(child, 'SIGTERM');
      last = setTimeout(kill, 1000 * patience, child, 'SIGKILL');
    };
    const timer = setTimeout(() => {
      reason = `it took longer than ${seconds} s and was ended`;
      end();
    }, 1000 * seconds);
    signal?.addEventListener('abort', end, { once: true });
    const settle = (code: number | null) => {
      clearTimeout(timer);
      clearTimeout(last);
      signal?.removeEventListener('abort', end);
      if (signal?.aborted) reject(signal.reason);
      else resolve({ code: reason ? null : code, output: reason ? `${output}\n${reason}` : output, stdout });
    };
    child.once('error', (error) => {
      reason = error.message;
      settle(null);
    });
    child.once('close', settle);
  });
}

function start(command: string, args: readonly string[], options: Pick<SpawnOptions, 'cwd' | 'env'>) {
  const batch = process.platform === 'win32' && (command === 'npm' || command === 'npx');
  const [file, all] = batch
    ? [process.env.ComSpec ?? 'cmd.exe', ['/d', '/s', '/c', `${command}.cmd`, ...args]]
    : [command, args];
  return spawn(file, all, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    // A group of its own, so that what it has started ends with it.
    detached: process.platform !== 'win32',
  });
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (process.platform === 'win32' || child.pid === undefined) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // it has ended
  }
}

/** The last lines of an output, for a message: those that say something. */
export function lastWords(output: string, count = 3): string {
  const lines = output.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .slice(-count)
    .join(' | ');
}
