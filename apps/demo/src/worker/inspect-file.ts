// Loaded when a visitor opens a file: it brings the readers of all formats.

import { parameters } from '@resnetjs/core';
import { type OpenedWeights, openWeights } from '@resnetjs/weights';
import { openContainer } from '@resnetjs/weights/containers';
import { modelAmong } from './given-files.js';
import { nameOf } from './preprocessing-names.js';
import { PageError } from './problem.js';
import type { FileInspection, Requests, TensorStatistics } from './protocol.js';
import { statisticsOf } from './tensor-statistics.js';

let inspected: OpenedWeights | undefined;

/** Finds a file's network, its tensors and what it says of itself; no values are read. Throws `bad-file`. */
export async function inspectFile(params: Requests['inspectFile']['params']): Promise<FileInspection> {
  const { source, options } = await modelAmong(params);
  const opened = await openWeights(source, options);
  const { file } = await openContainer(source);
  inspected = opened;
  const { container, dialect, classes, classesFrom, preprocessing, preprocessingFrom } = opened;
  return {
    ...{
      name: params.name,
      keptAs: params.keptAs ?? null,
      container,
      dialect,
      classes,
      classesFrom,
      preprocessingFrom,
    },
    bytes: source.size,
    network: opened.network,
    preprocessing: nameOf(preprocessing),
    tensors: opened.tensors,
    tensorNames: opened.tensorNames,
    unused: opened.unused,
    metadata: container === 'resnetjs' ? new Map() : file.metadata, // ours is the network, told above
  };
}

/** Reads a parameter of the file that was looked into last. Throws `bad-file`, and PageError if there is none. */
export async function tensorStatistics({
  parameter: wanted,
}: Requests['tensorStatistics']['params']): Promise<TensorStatistics> {
  const parameter = inspected && parameters(inspected.network).find(({ id }) => id === wanted);
  if (inspected === undefined || parameter === undefined) {
    throw new PageError('no-tensor', 'The file is not open any more. Open it again.');
  }
  return statisticsOf(await inspected.read(parameter));
}
