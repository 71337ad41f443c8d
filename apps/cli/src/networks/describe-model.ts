import type { Network, Preprocessing } from '@resnetjs/core';
import type { WeightsDescription } from '@resnetjs/weights';
import type { FetchedWeights } from '@resnetjs/weights/node';
import type { Output } from '../json/outputs.js';
import type { LoadedModel } from './load-model.js';
import type { WeightsPlace } from './open-file.js';

/** What --json says of a model. */
export function describeModel({
  file,
  place,
  unfolded,
  preprocessing,
}: LoadedModel): Output<'predict'>['model'] {
  return { ...fileFacts(file, place), ...networkFacts({ ...file, network: unfolded, preprocessing }) };
}

export function fileFacts(
  { container }: Pick<WeightsDescription, 'container'>,
  { path, configs, hub }: WeightsPlace,
) {
  return { file: path, container, configs, hub: hub && hubFacts(hub) };
}

/** What --json says of weights that were asked for by name. */
export function hubFacts({
  name,
  url,
  commit,
  checksum,
}: FetchedWeights): NonNullable<Output<'inspect'>['hub']> {
  return { name: name.text, url, commit, checksum };
}

export function networkFacts({
  network,
  dialect,
  classesFrom,
  preprocessing,
  preprocessingFrom,
}: Pick<WeightsDescription, 'dialect' | 'classesFrom' | 'preprocessingFrom'> & {
  readonly network: Network;
  readonly preprocessing: Preprocessing;
}) {
  return {
    network: network.name,
    names: dialect,
    inputShape: network.input,
    classesFrom,
    preprocessing: { cropShare: 1, channelOrder: 'rgb' as const, ...preprocessing },
    preprocessingFrom,
  };
}
