// Loaded when a visitor opens a file: it brings the readers of all formats.

import { parameters } from '@resnetjs/core';
import { byteSource, type OpenedWeights, openWeights, readVariables } from '@resnetjs/weights';
import { emit } from './channel.js';
import { openModel, setModel } from './model.js';
import { PageError } from './problem.js';
import type { ModelFacts, Requests } from './protocol.js';

const millisecondsBetweenEvents = 100;

/**
 * Opens a file of weights, whoever wrote it, as this worker's model. Throws `bad-file` for what is none, or fits no network, and
 * PageError for one without classes.
 */
export async function openFile(params: Requests['openFile']['params']): Promise<ModelFacts> {
  const { file, name, network, configs } = params;
  const opened = await openWeights(byteSource(file), { configs, ...(network && { network }) });
  const { container, dialect, classes, classesFrom, preprocessing, preprocessingFrom, training } = opened;
  const accuracy = training?.final.validation?.accuracy ?? null;
  if (container === 'resnetjs') return openModel({ file, about: { accuracy, origin: 'opened', file: null } });
  if (classes === null) {
    throw new PageError(
      'no-classes',
      `It has ${opened.network.name} without its last layer: it tells features, not classes. Open one with a classifier.`,
    );
  }
  const variables = await readVariables(withProgress(opened));
  return setModel(
    { network: opened.network, classes, preprocessing, variables },
    {
      accuracy,
      origin: 'opened',
      training,
      file: { name, container, dialect, classesFrom, preprocessingFrom },
    },
  );
}

/** The same, and the page hears how much is read. */
function withProgress(opened: OpenedWeights): OpenedWeights {
  const all = parameters(opened.network).reduce(
    (sum, { shape }) => sum + shape.reduce((size, side) => size * side, 1),
    0,
  );
  let done = 0;
  let emittedAt = performance.now();
  return {
    ...opened,
    async read(parameter) {
      const values = await opened.read(parameter);
      done += values.length;
      if (performance.now() - emittedAt > millisecondsBetweenEvents) {
        emittedAt = performance.now();
        emit({ event: 'opening', share: done / all });
      }
      return values;
    },
  };
}
