import type { DialectName, Network } from '@resnetjs/core';
import { badFile } from '../bad-file.js';
import type { ByteSource } from '../byte-source.js';
import type { TensorContainer } from '../containers/container.js';
import { openSafetensors } from '../containers/safetensors.js';
import type { NeededTensor } from '../recognition/compare-tensors.js';
import { matched } from '../recognition/compare-tensors.js';
import type { FoundTensor } from '../recognition/found-tensors.js';
import { torchNamings } from '../recognition/namings.js';
import { type RecognizeOptions, recognize } from '../recognition/recognize.js';

/** The formats of files of weights. */
export type ContainerName = 'safetensors';

/** A file of weights of others, opened: its network is known, its values are not read. */
export interface OpenedWeights {
  readonly container: ContainerName;
  readonly file: TensorContainer;
  readonly network: Network;
  readonly dialect: DialectName;
  /** For each parameter, the tensor that has it. */
  readonly tensors: readonly (NeededTensor & FoundTensor)[];
  /** Names of tensors that a network doesn't take: counters, an optimizer's state. */
  readonly unused: readonly string[];
}

/** Opens a file of weights of others, and finds its network. Throws `bad-file`. */
export async function openWeights(source: ByteSource, options: RecognizeOptions): Promise<OpenedWeights> {
  const start = await source.read(0, 16);
  if (!isSafetensors(start)) throw badFile('');
  const file = await openSafetensors(source);
  const { network, dialect, needed, found } = recognize(torchNamings(file), options);
  const tensors = matched(needed, found.tensors);
  return { container: 'safetensors', file, network, dialect, tensors, unused: found.unused };
}

/** The length of a header of JSON, and its first letter. */
function isSafetensors(start: Uint8Array): boolean {
  return start[8] === 0x7b; // {
}
