import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { tfjsNodeVersion } from '../versions.js';
import { lastWords, runCommand } from './run-command.js';
import { impossible, stepping, type Workplace } from './way.js';

/**
 * tfjs-node's own package from the npm registry: its JavaScript, and its addon's sources. npm checks it
 * against the registry's checksum, and none of its scripts is run.
 */
export async function fetchJavascript({ folder, scratch, say, signal }: Workplace): Promise<void> {
  const name = `@tensorflow/tfjs-node@${tfjsNodeVersion}`;
  stepping(say, 'javascript')(`${name} from npm, without its install script`);
  const pack = ['pack', name, '--pack-destination', scratch, '--json', '--ignore-scripts'];
  const packed = await runCommand('npm', pack, { cwd: scratch, signal, seconds: 180 });
  if (packed.code !== 0) throw impossible(`npm could not get ${name}: ${lastWords(packed.output)}`);
  const file = fileNameOf(packed.stdout);
  await mkdir(folder, { recursive: true });
  await unpack(join(scratch, file), folder, signal);
}

/** npm's JSON: an array, or since npm 12 an object by package name. */
function fileNameOf(json: string): string {
  try {
    const [first] = Object.values(JSON.parse(json)) as { filename: string }[];
    if (first !== undefined) return first.filename.replace('@', '').replace('/', '-');
  } catch {
    // said below
  }
  throw impossible(`npm pack did not say which file it wrote: ${lastWords(json)}`);
}

/** Unpacks a .tar.gz with the machine's own tar, which Windows has too; the archive's first folder is left out. */
export async function unpack(
  archive: string,
  folder: string,
  signal: AbortSignal | undefined,
  strip = 1,
): Promise<void> {
  const args = ['-xf', archive, '-C', folder, `--strip-components=${strip}`];
  const { code, output } = await runCommand('tar', args, { signal, seconds: 600 });
  if (code === 0) return;
  const first = output.split('\n').slice(0, 3).join('\n'); // what follows the reason is that tar gives up
  throw impossible(`tar could not unpack ${archive}: ${lastWords(first)}`);
}
