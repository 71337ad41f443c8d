import { unpackEach } from '../hdf5/files.test-support.js';
import content from './files.test-support.json' with { type: 'json' };

/** A file of `files.test-support.json`, with what onnxruntime computes. */
export interface OnnxGolden {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Two images, in the order of the file's axes. */
  readonly images: Float32Array<ArrayBuffer>;
  readonly logits: Float32Array<ArrayBuffer>;
}

const floats = (text = '') => new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);

/** The files that `tooling/goldens/onnx_fixtures.py` wrote. */
export const onnxGoldens: Readonly<Record<string, OnnxGolden>> = Object.fromEntries(
  Object.entries(
    await unpackEach<{ bytes: Uint8Array<ArrayBuffer>; images?: string; logits?: string }>(content),
  ).map(([name, { bytes, images, logits }]) => [
    name,
    { bytes, images: floats(images), logits: floats(logits) },
  ]),
);
