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

/** The decoder of images. */
export async function loadSharp() {
  const { default: sharp } = await optionalPackage('sharp', 'Decoding images in Node', () => import('sharp'));
  return sharp;
}

/** The reader of HDF5 files. */
export function loadHdf5() {
  return optionalPackage('h5wasm', 'Reading HDF5 files', () => import('h5wasm/node'));
}
