// Which network is looked at, what of it is open, and what is chosen.

import {
  asNetwork,
  convolutionalBlock,
  identityBlock,
  type Network,
  plain,
  courseResNet50,
  preactResNet,
} from '@resnetjs/core';
import type { Drawing, Facts } from '@resnetjs/core/draw';
import { computed, signal } from '@preact/signals';

export const subjects = {
  small: 'A small network',
  'course/resnet50': 'ResNet-50',
  identity: 'One identity block',
  convolutional: 'One convolutional block',
  model: 'My model',
} as const;
export type SubjectName = keyof typeof subjects;

export const subject = signal<SubjectName>('course/resnet50');
/** The trained model's own network, where there is one. */
export const modelNetwork = signal<Network | null>(null);
/** Whether the same layers without shortcuts are drawn beneath. */
export const withPlain = signal(false);
/** Ids of the blocks that are open. */
export const opened = signal<ReadonlySet<string>>(new Set());
/** The id of the node that is looked at. */
export const selected = signal<string | null>(null);

const filters = [16, 16, 64] as const;

export const network = computed<Network>(() => {
  switch (subject.value) {
    case 'small':
      return preactResNet({ input: [32, 32, 3], classes: 6 });
    case 'course/resnet50':
      return courseResNet50();
    case 'identity':
      return asNetwork(identityBlock({ kernelSize: 3, filters }), [32, 32, 64], 'course/identity block');
    case 'convolutional':
      return asNetwork(
        convolutionalBlock({ kernelSize: 3, filters }),
        [32, 32, 64],
        'course/convolutional block',
      );
    case 'model':
      return modelNetwork.value ?? preactResNet({ input: [32, 32, 3], classes: 6 });
    default:
      return subject.value satisfies never;
  }
});

export const plainTwin = computed(() => plain(network.value));

/** Whether images can be pushed through: not through a block alone. */
export const takesImages = computed(() => network.value.input[2] === 3);

export function chooseSubject(name: SubjectName): void {
  subject.value = name;
  selected.value = null;
  // A block alone is looked into; a network, over.
  opened.value = new Set(isBlock(name) ? ['stage0.block0'] : []);
}

const isBlock = (name: SubjectName) => name === 'identity' || name === 'convolutional';

/** Blocks and parts that can be opened: all ids of `drawing`'s closed nodes. */
export function toggle(id: string): void {
  const next = new Set(opened.value);
  if (!next.delete(id)) next.add(id);
  opened.value = next;
}

/** What is known of a node or group of a drawing. */
export function factsOf(drawing: Drawing, id: string | null): Facts | null {
  if (id === null) return null;
  return (
    drawing.nodes.find((node) => node.id === id) ?? drawing.groups.find((group) => group.id === id) ?? null
  );
}
