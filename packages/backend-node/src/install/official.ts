import { copyFile, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { napiVersions, tfjsNodeVersion } from '../versions.js';
import { downloadFile } from './download.js';
import { unpack } from './javascript.js';
import { impossible, stepping, type Workplace } from './way.js';

/** What tfjs-node 4.22.0's own install script downloads (its scripts/install.js, deps-constants.js, package.json). */

const googleStorage = 'https://storage.googleapis.com';
const libraryVersion = '2.9.1';

interface Downloads {
  readonly library: string;
  readonly addon: string;
}

/** null where there is no prebuilt addon or library for the platform; `host` may be a mirror of the original. */
export function officialDownloads(
  platform: NodeJS.Platform,
  arch: string,
  napi: number,
  host = googleStorage,
): Downloads | null {
  const system = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[platform as string];
  if (system === undefined) return null;
  const extension = platform === 'win32' ? 'zip' : 'tar.gz';
  const napiVersion = napiVersions.find((version) => version <= napi);
  const addons = `${host}/tf-builds/pre-built-binary/napi-v${napiVersion}/${tfjsNodeVersion}`;
  const addon = `${addons}/CPU-${system}-${tfjsNodeVersion}.${extension}`;
  const libraries: Record<string, string> = {
    'linux x64': `tensorflow/libtensorflow/libtensorflow-cpu-linux-x86_64-${libraryVersion}.tar.gz`,
    'darwin x64': `tensorflow/libtensorflow/libtensorflow-cpu-darwin-x86_64-${libraryVersion}.tar.gz`,
    'win32 x64': `tensorflow/libtensorflow/libtensorflow-cpu-windows-x86_64-${libraryVersion}.zip`,
    'darwin arm64': 'tf-builds/libtensorflow_r2_7_darwin_arm64_cpu.tar.gz',
    'linux arm64': 'tf-builds/libtensorflow_r2_7_linux_arm64.tar.gz',
  };
  const library = libraries[`${platform} ${arch}`];
  return library === undefined ? null : { library: `${host}/${library}`, addon };
}

/** libtensorflow and the prebuilt addon; gives where they came from, in words. */
export async function installOfficial(workplace: Workplace): Promise<string> {
  const { folder, say, signal } = workplace;
  const napi = Number(process.versions.napi);
  // The variable is tfjs-node's own.
  const mirror = process.env.TFJS_NODE_CDN_STORAGE?.replace(/\/$/, '');
  const downloads = officialDownloads(process.platform, process.arch, napi, mirror);
  if (downloads === null) {
    throw impossible(`tfjs-node has no prebuilt files for ${process.platform} ${process.arch}`);
  }
  const start = stepping(say, 'official');
  start('the prebuilt addon that belongs to tfjs-node');
  // The small one first: where it cannot be had, nobody has waited for the large one.
  const addon = await fetchInto(workplace, downloads.addon);
  start('TensorFlow’s library, about 150 MB');
  const library = await fetchInto(workplace, downloads.library);
  start('unpacking');
  const deps = join(folder, 'deps');
  await mkdir(deps, { recursive: true });
  await unpack(library, deps, signal, 0);
  const version = napiVersions.find((each) => each <= napi);
  const place = join(folder, 'lib', `napi-v${version}`);
  await mkdir(place, { recursive: true });
  await unpack(addon, place, signal);
  await completeOnWindows(deps, place);
  return `tfjs-node's own downloads (libtensorflow ${libraryVersion})`;
}

async function fetchInto({ downloads, say, signal }: Workplace, url: string): Promise<string> {
  const file = join(downloads, new URL(url).pathname.slice(1).replaceAll('/', '-'));
  await mkdir(downloads, { recursive: true });
  if (await exists(file)) return file;
  await downloadFile(url, file, {
    signal,
    onProgress: (bytes, of) => say({ event: 'progress', step: 'official', bytes, of }),
  });
  return file;
}

/** Windows looks for the library beside the addon; some of its archives have it at the top. */
async function completeOnWindows(deps: string, place: string): Promise<void> {
  if (process.platform !== 'win32') return;
  const library = join(deps, 'lib', 'tensorflow.dll');
  if (!(await exists(library))) {
    await mkdir(join(deps, 'lib'), { recursive: true });
    await rename(join(deps, 'tensorflow.dll'), library);
  }
  await copyFile(library, join(place, 'tensorflow.dll'));
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
