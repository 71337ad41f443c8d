import type { TensorContainer } from '../containers/container.js';
import { torchTensors } from './found-tensors.js';
import { type KerasLayers, kerasTensors, kerasTensorsInOrder } from './keras-tensors.js';
import type { Naming } from './recognize.js';

/** The names that a file of PyTorch's weights may have, whichever container it is. */
export function torchNamings(file: Pick<TensorContainer, 'tensors'>): readonly Naming[] {
  const found = torchTensors(file);
  const hasClassifier = hasMatrix(file);
  const dialects = ['torchvision', 'timm', 'hugging-face', 'cifar'] as const;
  return dialects.map((dialect) => ({ dialect, hasClassifier, tensorsFor: () => found }));
}

/** The names that a file of Keras's weights may have: a source's own, or automatic ones, whose order tells. */
export function kerasNamings(file: KerasLayers): readonly Naming[] {
  const found = kerasTensors(file);
  const hasClassifier = hasMatrix(file);
  const dialects = ['keras-applications', 'course', 'preact'] as const;
  const inOrder = (sorted: boolean, shortcutFirst: boolean): Naming => ({
    dialect: 'keras',
    hasClassifier,
    tensorsFor: (network) => kerasTensorsInOrder(file, network, { dialect: 'keras', sorted, shortcutFirst }),
  });
  return [
    ...dialects.map((dialect) => ({ dialect, hasClassifier, tensorsFor: () => found })),
    ...[false, true].flatMap((sorted) => [inOrder(sorted, false), inOrder(sorted, true)]),
  ];
}

/** A dense layer's kernel is the only parameter of two axes. */
function hasMatrix({ tensors }: Pick<TensorContainer, 'tensors'>): boolean {
  return [...tensors.values()].some(({ shape }) => shape.length === 2);
}
