// An image on its way through the network: what the chosen layer makes of it.

import { signal } from '@preact/signals';
import type { Network } from '@resnetjs/core';
import { wordsOf } from '../../engine/engine.js';
import { useEngine } from '../../engine/session.js';
import type { Maps, ImageOrder } from '../../worker/protocol.js';

export const pushed = signal<ImageOrder | null>(null);
/** The last answer, and the name of the layer that it is of. */
export const maps = signal<(Maps & { readonly of: string }) | null>(null);
export const pushProblem = signal<string | null>(null);

let asked = 0;

interface Layer {
  readonly network: Network | 'model';
  readonly node: number;
  /** Its name. */
  readonly of: string;
}

/** Asks for the maps; an answer that comes after a newer question is passed over. */
export async function pushThrough({ network, node, of }: Layer): Promise<void> {
  const image = pushed.value;
  if (image === null) return;
  const question = ++asked;
  pushProblem.value = null;
  try {
    const engine = await useEngine();
    const answer = await engine.ask('featureMaps', { network, image, node });
    if (question === asked) maps.value = { ...answer, of };
  } catch (error) {
    if (question === asked) {
      maps.value = null;
      pushProblem.value = wordsOf(error);
    }
  }
}
