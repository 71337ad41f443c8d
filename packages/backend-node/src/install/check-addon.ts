import { inspect } from '../locate.js';
import { lastWords, runCommand } from './run-command.js';
import { impossible } from './way.js';

/** 2×2 windows of ones over 1 … 9 sum up to 12, 16, 24, 28. */
const script = `
const host = process.argv[2] ? require(process.argv[2]) : undefined;
host?.pauseStderr();
const binding = require(process.argv[1]);
host?.resumeStderr();
const attribute = (name, type, value) => ({ name, type: binding[type], value });
const x = binding.createTensor([1, 3, 3, 1], binding.TF_FLOAT, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
const filter = binding.createTensor([2, 2, 1, 1], binding.TF_FLOAT, Float32Array.of(1, 1, 1, 1));
const [y] = binding.executeOp('Conv2D', [
  attribute('T', 'TF_ATTR_TYPE', binding.TF_FLOAT),
  attribute('strides', 'TF_ATTR_INT', [1, 1, 1, 1]),
  attribute('padding', 'TF_ATTR_STRING', 'VALID'),
], [x, filter], 1);
const sums = Array.from(binding.tensorDataSync(y.id)).join();
if (sums !== '12,16,24,28') throw new Error('a convolution gave ' + sums);
console.log('TensorFlow ' + binding.TF_Version);
process.exit(0);
`;

/**
 * Loads what was installed in another process, which may crash, and lets it compute a convolution; gives
 * TensorFlow's version.
 */
export async function checkAddon(folder: string, signal: AbortSignal | undefined): Promise<string> {
  const found = inspect(folder);
  if (typeof found === 'string') throw impossible(`what was installed is not whole: ${found}`);
  const { code, output, stdout } = await runCommand(
    process.execPath,
    ['-e', script, found.addon, found.hostAddon ?? ''],
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
