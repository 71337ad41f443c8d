// The network that is shown, which of its blocks are open, and what is selected.

import { computed, effect, signal, untracked } from '@preact/signals';
import {
  asNetwork,
  convolutionalBlock,
  createNetwork,
  identityBlock,
  type Network,
  type NetworkFamily,
  type NetworkName,
  networkEntries,
  networkFamilies,
  plainNetwork,
  preactResNet,
} from '@resnetjs/core';
import type { Drawing, Facts } from '@resnetjs/core/draw';
import { isModel, openedFile, readiness } from '../../files/opened-file.js';

/** What a visitor begins with; beside it, the networks of the catalogue. */
const firstSubjects = {
  small: 'A small network',
  'course/resnet50': 'The course’s ResNet-50: 64², 6 classes',
  identity: 'One identity block',
  convolutional: 'One convolutional block',
  file: 'The opened file',
  model: 'My model',
} as const;
type FirstSubject = keyof typeof firstSubjects;
export type SubjectName = FirstSubject | NetworkName;

/** What there is to look at, in groups. The documents' networks are among the first. */
export const subjectGroups: readonly { readonly title: string; readonly names: readonly SubjectName[] }[] = [
  { title: 'To begin with', names: Object.keys(firstSubjects) as FirstSubject[] },
  ...networkFamilies
    .filter((family) => family !== 'documents')
    .map((family: NetworkFamily) => ({
      title: family,
      names: (Object.keys(networkEntries) as NetworkName[]).filter(
        (name) => networkEntries[name].family === family,
      ),
    })),
];

export function titleOf(name: SubjectName): string {
  if (name === 'file') return openedFile.value?.name ?? firstSubjects.file;
  return isFirst(name) ? firstSubjects[name] : name;
}

const isFirst = (name: SubjectName): name is FirstSubject => Object.hasOwn(firstSubjects, name);

export const subject = signal<SubjectName>('course/resnet50');
/** The trained model's network; null if there is no model. */
export const modelNetwork = signal<Network | null>(null);
/** Whether the same layers without shortcuts are drawn beneath. */
export const withPlain = signal(false);
/** Ids of the open blocks. */
export const opened = signal<ReadonlySet<string>>(new Set());
/** The id of the selected node or group. */
export const selected = signal<string | null>(null);

const filters = [16, 16, 64] as const;

export const network = computed<Network>(() => {
  switch (subject.value) {
    case 'small':
      return preactResNet({ input: [32, 32, 3], classes: 6 });
    case 'identity':
      return asNetwork(identityBlock({ kernelSize: 3, filters }), [32, 32, 64], 'course/identity block');
    case 'convolutional':
      return asNetwork(
        convolutionalBlock({ kernelSize: 3, filters }),
        [32, 32, 64],
        'course/convolutional block',
      );
    case 'file':
      return openedFile.value?.network ?? createNetwork('course/resnet50');
    case 'model':
      return modelNetwork.value ?? preactResNet({ input: [32, 32, 3], classes: 6 });
    default:
      return createNetwork(subject.value);
  }
});

export const plainTwin = computed(() => plainNetwork(network.value));

/** Why no image can be pushed through; null if one can. */
export const whyNoImages = computed<string | null>(() => {
  if (isBlock(subject.value)) {
    return 'A single block takes no picture. Choose a whole network to push one through.';
  }
  if (network.value.input[2] !== 3) return 'This network doesn’t take pictures in colour.';
  if (subject.value !== 'file' || isModel.value) return null;
  const state = readiness.value;
  if (state.is === 'loading') return 'A picture can be pushed through when its numbers are read.';
  if (state.is === 'failed') return `No picture can be pushed through it: ${state.why}`;
  return 'Another model was made since. Open the file again to push a picture through it.';
});

export function chooseSubject(name: SubjectName): void {
  subject.value = name;
  selected.value = null;
  // A single block is shown open.
  opened.value = new Set(isBlock(name) ? ['stage0.block0'] : []);
}

const isBlock = (name: SubjectName) => name === 'identity' || name === 'convolutional';

/** Opens or closes a block, the stem or the head. */
export function toggle(id: string): void {
  const next = new Set(opened.value);
  if (!next.delete(id)) next.add(id);
  opened.value = next;
}

/** The facts of a node or group of a drawing. */
export function factsOf(drawing: Drawing, id: string | null): Facts | null {
  if (id === null) return null;
  return (
    drawing.nodes.find((node) => node.id === id) ?? drawing.groups.find((group) => group.id === id) ?? null
  );
}

effect(() => {
  if (openedFile.value !== null) untracked(() => chooseSubject('file'));
});
