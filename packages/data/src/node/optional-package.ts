import { ResNetError } from '@resnetjs/core/network';

/**
 * What an optional peer dependency exports, loaded when it is first needed. Throws `missing-backend`, with what to install,
 * if the project has none.
 */
export async function optionalPackage<Module>(
  name: string,
  why: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes(`'${name}'`)) throw cause;
    throw new ResNetError(
      'missing-backend',
      `${why} needs the package ${name}, which this project lacks. Install it: npm install ${name}`,
      { package: name },
      { cause },
    );
  }
}

/** An import that bundlers leave alone: a package that is missing is no error of theirs, and sharp can't be in a bundle. */
const importUnbundled = (specifier: string) =>
  import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ specifier);

/** The decoder of images. */
export async function loadSharp() {
  const load = (): Promise<typeof import('sharp')> => importUnbundled('sharp');
  const { default: sharp } = await optionalPackage('sharp', 'Decoding images in Node', load);
  return sharp;
}

/** The reader of HDF5 files. */
export function loadHdf5() {
  const load = (): Promise<typeof import('h5wasm/node')> => importUnbundled('h5wasm/node');
  return optionalPackage('h5wasm', 'Reading HDF5 files', load);
}
