import { ResNetError } from '@resnetjs/core';
import { badFile, quote } from '../../bad-file.js';
import type { ByteSource } from '../../byte-source.js';
import { dtypeBytes } from '../container.js';
import { swapBytes } from '../swap-bytes.js';
import { openLegacyForm } from './legacy-form.js';
import type { StridedTensor } from './pickle-values.js';
import type { PytorchFile, SavedObject } from './pytorch-file.js';
import { findStateDict } from './state-dict.js';
import { gather, isContiguous, spanOf } from './strided-view.js';
import { openZipForm } from './zip-form.js';

/** Where a tar archive says that it is one. */
const tarMark = 257;
const headBytes = tarMark + 5;

/**
 * Opens a file of `torch.save`, a zip archive or the stream of pickles from before PyTorch 1.6, and finds the weights in
 * it: the dict of tensors under `state_dict`, `model_state_dict`, `model`, `model_state`, `net`, `network`, `module`,
 * `weights` or `params`, the first of these that is there, or else under `state_dict_ema`, `model_ema`, `ema_state_dict`,
 * `ema` or `params_ema`; or else the file itself. Names are the file's; those of nested dicts have dots. A tensor is read
 * when it is asked for. No code of the file is run: what is neither data nor a tensor is left out, and the file is refused
 * where weights depend on it. Throws `bad-file`.
 *
 * @example
 * ```ts
 * const file = await openPytorch(byteSource(blob));
 * console.log(file.path, file.metadata.get('epoch'));
 * for (const [name, { dtype, shape }] of file.tensors) console.log(name, dtype, shape);
 * const bytes = await file.read('layer1.0.conv1.weight');
 * ```
 */
export async function openPytorch(source: ByteSource): Promise<PytorchFile> {
  const format = formatOf(await source.read(0, Math.min(headBytes, source.size)));
  const saved = await (format === 'zip' ? openZipForm(source) : openLegacyForm(source));
  const { tensors, ...found } = findStateDict(saved.root);
  return {
    format,
    ...found,
    tensors: new Map([...tensors].map(([name, { dtype, shape }]) => [name, { dtype, shape }])),
    async read(name) {
      const tensor = tensors.get(name);
      if (tensor === undefined) {
        throw new ResNetError('unknown-name', `The file holds no tensor ${quote(name)}.`, { name });
      }
      return readTensor(saved, tensor);
    },
  };
}

function formatOf(head: Uint8Array): PytorchFile['format'] {
  const starts = (text: string, at = 0) =>
    [...text].every((each, index) => head[at + index] === each.charCodeAt(0));
  if (starts('PK\x03\x04')) return 'zip';
  if (head[0] === 0x80) return 'legacy';
  if (starts('ustar', tarMark)) {
    throw badFile(
      'The file is a tar archive of PyTorch before 0.1.10. Save it again with a newer one: ' +
        'torch.save(torch.load(FILE), "weights.pth").',
    );
  }
  throw badFile(
    "The file isn't one of torch.save's: it starts with neither a zip archive nor a pickle. It is truncated, or of another format.",
  );
}

/** A tensor's values, row-major, of no more of the file than its view needs. */
async function readTensor(saved: SavedObject, tensor: StridedTensor): Promise<Uint8Array<ArrayBuffer>> {
  const { storage, dtype, offset } = tensor;
  const width = dtypeBytes[dtype];
  const start = storage.start + offset * width;
  const end = start + spanOf(tensor) * width;
  if (end === start) return new Uint8Array();
  const span = await (await saved.open(storage)).read(start, end);
  if (span.length !== end - start) throw badFile('The file ended while it was read. Copy it again.');
  const values = isContiguous(tensor) ? span : gather(tensor, span);
  if (saved.isBigEndian) swapBytes(values, width);
  return values;
}
