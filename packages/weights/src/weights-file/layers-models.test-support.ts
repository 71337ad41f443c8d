import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import type { ModelFiles } from '../containers/tfjs/files.test-support.js';

/** The files that tfjs-layers saves a model as, by its own writer for pages and servers. */
export async function savedFiles(model: layers.LayersModel): Promise<ModelFiles> {
  const files = new Map<string, Uint8Array>();
  const fetchFunc: typeof fetch = async (_, init) => {
    const form = init?.body;
    for (const [name, file] of form instanceof FormData ? form : []) {
      files.set(name, new Uint8Array(await (file as Blob).arrayBuffer()));
    }
    return new Response();
  };
  await model.save(tf.io.http('http://server/model', { fetchFunc }));
  return files;
}

/** The model in files, as tfjs-layers loads it, by its own reader for pages and servers. */
export function loadedModel(files: ModelFiles): Promise<layers.LayersModel> {
  const fetchFunc = async (url: unknown) => {
    const name = String(url).replace(/.*\//, '');
    return new Response(new Uint8Array(files.get(name) as Uint8Array));
  };
  return layers.loadLayersModel(tf.io.http('http://server/model.json', { fetchFunc }));
}
