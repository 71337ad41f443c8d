import { countParameters, ResNetError } from '@resnetjs/core';
import { type ByteSource, describeCheckpoint, type OpenedWeights, openWeights } from '@resnetjs/weights';
import { type OpenedContainer, openContainer } from '@resnetjs/weights/containers';
import { readModel } from '@resnetjs/weights/node';
import type { Output } from '../json/outputs.js';
import { fileFacts, networkFacts } from './describe-model.js';
import type { WeightsPlace } from './open-file.js';
import { unusedKinds } from './unused-kinds.js';

/** What is in a file of weights. */
export type Inspection = Output<'inspect'>;

/** A file of weights as it is, and as a network if one fits. Throws `bad-file` for what is no file of weights. */
export function inspectFile(place: WeightsPlace): Promise<{
  readonly inspection: Inspection;
  readonly opened: OpenedWeights | null;
}> {
  return readModel(place.path, async (source) => {
    const container = await openContainer(source);
    const found = await openOr(source, place);
    const { container: name, file } = container;
    const { opened = null, reason = null } = found;
    const checkpoint = opened === null && name === 'resnetjs' ? await checkpointIn(source) : null;
    const description = opened ?? checkpoint?.described ?? null;
    const inspection: Inspection = {
      ...fileFacts({ container: name }, place),
      ...(name === 'tfjs'
        ? { files: 1 + file.shards.length, bytes: file.bytes }
        : { files: 1, bytes: source.size }),
      tensors: [...(opened ?? file).tensors].map(([each, { dtype, shape }]) => ({
        name: each,
        dtype,
        shape,
      })),
      ...(description ? networkFacts(description) : noNetwork),
      parameters: description && countParameters(description.network),
      classes: description?.classes ?? null,
      classesFrom: description?.classes ? description.classesFrom : null,
      reason: description ? null : reason,
      training: opened?.training ?? null,
      checkpoint: checkpoint?.progress ?? null,
      unused: opened ? unusedKinds(opened.unused, leftOutOf(container)) : [],
      metadata: name === 'resnetjs' ? {} : Object.fromEntries(file.metadata),
    };
    return { inspection, opened };
  });
}

/** Variables of a Keras file that aren't listed as tensors. */
export function leftOutOf({ file }: OpenedContainer): number {
  return 'leftOut' in file ? file.leftOut : 0;
}

const noNetwork = {
  ...{ network: null, names: null, inputShape: null },
  ...{ preprocessing: null, preprocessingFrom: null },
} as const;

async function openOr(
  source: ByteSource,
  { options }: WeightsPlace,
): Promise<{ readonly opened?: OpenedWeights; readonly reason?: string }> {
  try {
    return { opened: await openWeights(source, options) };
  } catch (error) {
    if (!(error instanceof ResNetError) || error.code !== 'bad-file') throw error;
    return { reason: error.message };
  }
}

async function checkpointIn(source: ByteSource) {
  try {
    const { classifier, progress } = await describeCheckpoint(source);
    const described = {
      ...classifier,
      dialect: 'sites',
      classesFrom: 'file',
      preprocessingFrom: 'file',
    } as const;
    const { epoch, recipe, history } = progress;
    return { described, progress: { epoch, epochs: recipe.epochs, finishedEpochs: history.length } };
  } catch (error) {
    if (!(error instanceof ResNetError) || error.code !== 'bad-file') throw error;
    return null;
  }
}
