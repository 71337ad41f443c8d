import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { tfjsNodeVersion } from '../versions.js';
import { lastLines, runCommand } from './run-command.js';
import { methodFailed, stepReporter, type InstallContext } from './install-method.js';

/**
 * Downloads tfjs-node's own package from the npm registry: its JavaScript, and its addon's sources. npm verifies the
 * registry's checksum; no script of the package is run.
 */
export async function fetchJavascript({ folder, scratch, report, signal }: InstallContext): Promise<void> {
  const name = `@tensorflow/tfjs-node@${tfjsNodeVersion}`;
  stepReporter(report, 'javascript')(`${name} from npm, without its install script`);
  const pack = ['pack', name, '--pack-destination', scratch, '--json', '--ignore-scripts'];
  const packed = await runCommand('npm', pack, { cwd: scratch, signal, seconds: 180 });
  if (packed.code !== 0) throw methodFailed(`npm could not get ${name}: ${lastLines(packed.output)}`);
  const file = fileNameOf(packed.stdout);
  await mkdir(folder, { recursive: true });
  await unpack(join(scratch, file), folder, signal);
}

/** The file name in npm's JSON, which is an array, or since npm 12 an object by package name. */
function fileNameOf(json: string): string {
  try {
    const [first] = Object.values(JSON.parse(json)) as { filename: string }[];
    if (first !== undefined) return first.filename.replace('@', '').replace('/', '-');
  } catch {
    // Reported below.
  }
  throw methodFailed(`npm pack did not report which file it wrote: ${lastLines(json)}`);
}

/** Unpacks a .tar.gz with the system's tar, which Windows has, too, without the archive's top `strip` folders. */
export async function unpack(
  archive: string,
  folder: string,
  signal: AbortSignal | undefined,
  strip = 1,
): Promise<void> {
  const args = ['-xf', archive, '-C', folder, `--strip-components=${strip}`];
  const { code, output } = await runCommand('tar', args, { signal, seconds: 600 });
  if (code === 0) return;
  const first = output.split('\n').slice(0, 3).join('\n'); // after the reason, tar only says that it gives up
  throw methodFailed(`tar could not unpack ${archive}: ${lastLines(first)}`);
}
