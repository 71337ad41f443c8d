import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  /** Time limit, in seconds, after which the command is terminated. */
  readonly seconds: number;
}

interface CommandOutcome {
  /** null if the command did not start or was terminated. */
  readonly code: number | null;
  /** stdout and stderr, interleaved; the last 64 kB. */
  readonly output: string;
  readonly stdout: string;
}

const maxOutput = 65_536;

/** Seconds between SIGTERM and SIGKILL. */
const graceSeconds = 5;

/** Runs a command to its end; only an abort throws. */
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
      last = setTimeout(kill, 1000 * graceSeconds, child, 'SIGKILL');
    };
    const timer = setTimeout(() => {
      reason = `it took longer than ${seconds} s and was terminated`;
      end();
    }, 1000 * seconds);
    signal?.addEventListener('abort', end, { once: true });
    // Its own process group doesn't end with ours.
    const endAtOnce = () => kill(child, 'SIGKILL');
    process.once('exit', endAtOnce);
    const settle = (code: number | null) => {
      clearTimeout(timer);
      clearTimeout(last);
      signal?.removeEventListener('abort', end);
      process.off('exit', endAtOnce);
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
  // npm and npx are batch files on Windows, which need a shell.
  const batch = process.platform === 'win32' && (command === 'npm' || command === 'npx');
  const [file, all] = batch
    ? [process.env.ComSpec ?? 'cmd.exe', ['/d', '/s', '/c', `${command}.cmd`, ...args]]
    : [command, args];
  return spawn(file, all, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    // A process group of its own, so that its children are terminated with it.
    detached: process.platform !== 'win32',
  });
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (process.platform === 'win32' || child.pid === undefined) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended.
  }
}

/** The last non-empty lines of an output, for a message. */
export function lastLines(output: string, count = 3): string {
  const lines = output.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .slice(-count)
    .join(' | ');
}
