import type { ByteSource } from '../byte-source.js';
import { readTensors } from '../model-file/checked-file.js';
import { openClassifier } from '../model-file/decode-classifier.js';
import { floatsOf } from '../variable-values.js';
import { checkName } from './check-name.js';
import { resized } from './resized.js';
import type { OpenedWeights, WeightsOptions } from './weights-model.js';

/** Opens a model file of ours; before its first value is read, the file is checked whole. */
export async function openOwn(source: ByteSource, options: WeightsOptions): Promise<OpenedWeights> {
  const { file, tensors, described } = await openClassifier(source);
  const { network } = described;
  const sized = options.input === undefined ? network : resized(network, options.input);
  checkName(network, options);
  const names = new Map(tensors.map(({ id, name }) => [id, name]));
  let checked: Promise<void> | undefined;
  return {
    ...described,
    network: sized,
    container: 'resnetjs',
    dialect: 'sites',
    classesFrom: 'file',
    preprocessingFrom: 'file',
    tensors: new Map([...file.tensors].filter(([name]) => name !== file.checksum?.id)),
    tensorNames: names,
    unused: [],
    async read({ id }) {
      checked ??= checkWhole(readTensors(file, tensors));
      await checked;
      return floatsOf(await file.read(names.get(id) as string));
    },
  };
}

async function checkWhole(tensors: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of tensors);
}
