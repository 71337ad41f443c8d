import { signal } from '@preact/signals';
import { model, occupied } from '../engine/session.js';
import { room } from '../route.js';
import type { FoundFile } from './found-files.js';
import { openFiles } from './opened-file.js';
import { mainFile, sortFiles } from './sort-files.js';

type Present = FoundFile & { readonly file: File };

/** Why the last files were not taken. */
export const refusal = signal<string | null>(null);

const enter = (name: string) => {
  location.hash = `#${name}`;
};

/**
 * Takes what was dropped anywhere on the page, or chosen in its header: a model is opened, in Look and in Use, and in Train to start
 * from; an image is
 * classified, or in Look pushed through the network; folders of images are for Train. The code of a room is loaded for it.
 */
export async function takeFiles(found: readonly FoundFile[]): Promise<void> {
  refusal.value = null;
  const sorted = sortFiles(found);
  switch (sorted.kind) {
    case 'model':
      if (room.value === 'train' && !occupied.value) {
        const { setup, startFrom } = await import('../rooms/train/setup.js');
        if (setup.value.start === 'new') startFrom('trained');
      } else if (room.value !== 'use') {
        enter('look');
      }
      return openModel(sorted.files);
    case 'image': {
      if (room.value === 'look') {
        const { pushFile } = await import('../rooms/look/push.js');
        if (pushFile(sorted.file)) return;
      }
      const { showFile } = await import('../rooms/use/image.js');
      enter('use');
      return showFile(sorted.file);
    }
    case 'images': {
      if (model.value === null) {
        refusal.value =
          'These are several pictures, and there is no model yet to name them. Open one first; or give a folder for each class, to train on them.';
        return;
      }
      const { classifyMany } = await import('../rooms/use/many.js');
      enter('use');
      return classifyMany(found);
    }
    case 'classes': {
      if (occupied.value) {
        refusal.value = 'A network is being trained. Stop it before you give pictures to train another on.';
        return;
      }
      const { takeFolders } = await import('../rooms/train/take-folders.js');
      takeFolders(found);
      enter('train');
      return;
    }
    case 'neither':
      refusal.value = sorted.why;
      return;
    default:
      return sorted satisfies never;
  }
}

/** Opens what was given as a model, whatever it is called. */
export async function openModel(found: readonly FoundFile[]): Promise<void> {
  const files = found.filter((each): each is Present => each.file !== null);
  const main = mainFile(files);
  if (main === null) return;
  const given = files.map(({ path, file }) => ({ path, file })); // what a worker can be sent
  await openFiles({ name: main.file.name, files: given, network: null });
}
