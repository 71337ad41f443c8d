import { inspect } from '../locate.js';
import { nativeFile } from './native-file.js';
import { lastLines, runCommand } from './run-command.js';
import { methodFailed } from './install-method.js';

/**
 * Loads an installation in a separate process, since it may crash, and computes a convolution with it; returns
 * TensorFlow's version.
 */
export async function checkAddon(folder: string, signal: AbortSignal | undefined): Promise<string> {
  const found = inspect(folder);
  if (typeof found === 'string') throw methodFailed(`the installation is incomplete: ${found}`);
  const { code, output, stdout } = await runCommand(
    process.execPath,
    [nativeFile('check-addon.cjs'), found.addon, found.hostAddon ?? ''],
    {
      env: { TF_CPP_MIN_LOG_LEVEL: '2', NODE_OPTIONS: '' },
      signal,
      seconds: 120,
    },
  );
  const version = /TensorFlow (\S+)/.exec(stdout)?.[1];
  if (code === 0 && version !== undefined) return version;
  throw methodFailed(
    `the installation does not run: ${lastLines(output) || `its process ended with code ${code}`}`,
  );
}
