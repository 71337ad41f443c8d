import { copyFile, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { napiVersions, tfjsNodeVersion } from '../versions.js';
import { downloadFile } from './download.js';
import { unpack } from './javascript.js';
import { methodFailed, stepReporter, type InstallContext } from './install-method.js';

// The downloads of tfjs-node 4.22.0's own install script (its scripts/install.js, deps-constants.js, package.json).

const googleStorage = 'https://storage.googleapis.com';
const libraryVersion = '2.9.1';

interface Downloads {
  readonly library: string;
  readonly addon: string;
}

/** The URLs for a platform, null if there is no prebuilt addon or library for it; `host` may be a mirror. */
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

/** Installs libtensorflow and the prebuilt addon; returns where they came from, for people to read. */
export async function installOfficial(context: InstallContext): Promise<string> {
  const { folder, report, signal } = context;
  const napi = Number(process.versions.napi);
  // tfjs-node's own environment variable.
  const mirror = process.env.TFJS_NODE_CDN_STORAGE?.replace(/\/$/, '');
  const downloads = officialDownloads(process.platform, process.arch, napi, mirror);
  if (downloads === null) {
    throw methodFailed(`tfjs-node has no prebuilt files for ${process.platform} ${process.arch}`);
  }
  const start = stepReporter(report, 'official');
  start("tfjs-node's prebuilt addon");
  // The small download first: if it isn't available, nobody has waited for the large one.
  const addon = await fetchInto(context, downloads.addon);
  start("TensorFlow's library, about 150 MB");
  const library = await fetchInto(context, downloads.library);
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

async function fetchInto({ downloads, report, signal }: InstallContext, url: string): Promise<string> {
  const file = join(downloads, new URL(url).pathname.slice(1).replaceAll('/', '-'));
  await mkdir(downloads, { recursive: true });
  if (await exists(file)) return file;
  await downloadFile(url, file, {
    signal,
    onProgress: (bytes, of) => report({ event: 'progress', step: 'official', bytes, of }),
  });
  return file;
}

/** Windows looks for the library beside the addon; some of the archives have it at the top. */
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
