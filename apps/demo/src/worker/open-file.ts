// Loaded when a visitor opens a file: it brings the readers of all formats.

import { countParameters } from '@resnetjs/core';
import { type ByteSource, type OpenedWeights, openWeights, readVariables } from '@resnetjs/weights';
import { emit } from './channel.js';
import { modelAmong } from './given-files.js';
import { openModel, setModel } from './model.js';
import { PageError } from './problem.js';
import type { ModelFacts, Requests } from './protocol.js';

const millisecondsBetweenEvents = 100;

/**
 * Opens a file of weights, whoever wrote it, as this worker's model. Throws `bad-file` for what is none, or fits no network, and
 * PageError for one without classes.
 */
export async function openFile(params: Requests['openFile']['params']): Promise<ModelFacts> {
  const { file, source, options } = await modelAmong(params);
  const opened = await openWeights(withProgress(source), options);
  const { container, dialect, classes, classesFrom, preprocessing, preprocessingFrom, training } = opened;
  const accuracy = training?.final.validation?.accuracy ?? null;
  if (container === 'resnetjs') return openModel({ file, about: { accuracy, origin: 'opened', file: null } });
  if (classes === null) {
    throw new PageError(
      'no-classes',
      `It has ${opened.network.name} without its last layer: it tells features, not classes. Open one with a classifier.`,
    );
  }
  const variables = await readVariables(withTensorProgress(opened));
  return setModel(
    { network: opened.network, classes, preprocessing, variables },
    {
      accuracy,
      origin: 'opened',
      training,
      file: {
        name: params.name,
        keptAs: params.keptAs ?? null,
        container,
        dialect,
        classesFrom,
        preprocessingFrom,
      },
    },
  );
}

let emittedAt = 0;

/** Tells the page how much is done: finding the network, for which PyTorch's files are read whole, is one half, its numbers the other. */
function report(half: 0 | 1, share: number): void {
  if (performance.now() - emittedAt < millisecondsBetweenEvents) return;
  emittedAt = performance.now();
  emit({ event: 'opening', share: (half + Math.min(share, 1)) / 2 });
}

function withProgress(source: ByteSource): ByteSource {
  let done = 0;
  return {
    ...source,
    async read(start, end) {
      const bytes = await source.read(start, end);
      done += bytes.length;
      report(0, done / source.size);
      return bytes;
    },
  };
}

function withTensorProgress(opened: OpenedWeights): OpenedWeights {
  const { total } = countParameters(opened.network);
  let done = 0;
  return {
    ...opened,
    async read(parameter) {
      const values = await opened.read(parameter);
      done += values.length;
      report(1, done / total);
      return values;
    },
  };
}
