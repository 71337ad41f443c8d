import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './workspace.mjs';

/**
 * Installs native TensorFlow into the user's cache folder where it isn't there yet, for the tests of
 * `@resnetjs/backend-node`; another checkout needs nothing then. Says on stderr what takes time.
 * @returns {Promise<string | null>} why it isn't available; null if it is
 */
export async function setUpNativeTensorflow() {
  const file = join(root, 'packages/backend-node/dist/install/index.js');
  const { installNative } = await import(pathToFileURL(file).href);
  try {
    for await (const event of installNative()) {
      if (event.event === 'step') console.error(`native TensorFlow: ${event.message}`);
      if (event.event === 'failed') console.error(`native TensorFlow: not so: ${event.reason}`);
    }
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
