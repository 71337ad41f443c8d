import { inspect } from '../locate.js';
import { nativeFile } from './native-file.js';
import { lastWords, runCommand } from './run-command.js';
import { impossible } from './way.js';

/**
 * Loads what was installed in another process, which may crash, and lets it compute a convolution; gives
 * TensorFlow's version.
 */
export async function checkAddon(folder: string, signal: AbortSignal | undefined): Promise<string> {
  const found = inspect(folder);
  if (typeof found === 'string') throw impossible(`what was installed is not whole: ${found}`);
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
  throw impossible(
    `what was installed does not run: ${lastWords(output) || `its process ended with ${code}`}`,
  );
}
