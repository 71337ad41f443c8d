// The image that is pushed through the network, and the feature maps of the selected layer.

import { signal } from '@preact/signals';
import type { Network } from '@resnetjs/core';
import { messageOf } from '../../engine/engine.js';
import { getEngine } from '../../engine/session.js';
import { whyNoImages } from './subject.js';
import type { ImageSource, Maps } from '../../worker/protocol.js';

export const pushed = signal<ImageSource | null>(null);
/** The last feature maps, and the name of their layer. */
export const maps = signal<(Maps & { readonly of: string }) | null>(null);
export const pushProblem = signal<string | null>(null);

let lastRequest = 0;

/** Pushes an image file through the network; false if that takes none. */
export function pushFile(file: File): boolean {
  if (whyNoImages.value !== null) return false;
  pushed.value = { kind: 'file', file };
  return true;
}

interface Layer {
  readonly network: Network | 'model';
  readonly node: number;
  /** Its name. */
  readonly of: string;
}

/** Requests the feature maps; the answer is ignored if a newer request has been made by then. */
export async function pushThrough({ network, node, of }: Layer): Promise<void> {
  const image = pushed.value;
  if (image === null) return;
  const request = ++lastRequest;
  pushProblem.value = null;
  try {
    const engine = await getEngine();
    const answer = await engine.request('featureMaps', { network, image, node });
    if (request === lastRequest) maps.value = { ...answer, of };
  } catch (error) {
    if (request === lastRequest) {
      maps.value = null;
      pushProblem.value = messageOf(error);
    }
  }
}
