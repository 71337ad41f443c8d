import { existsSync } from 'node:fs';
import { hubWeights } from '@resnetjs/weights';
import { findWeightsFile } from '@resnetjs/weights/node';
import { withHint } from '../data/with-hint.js';
import { networkNames } from '../options/network-options.js';
import { similarNames } from '../options/similar-names.js';
import { resnetCommand } from '../process/command-name.js';

/** What stands before the names of weights on a hub. */
const sources = ['torchvision', 'timm', 'keras', 'hf'] as const;

/** The file of weights at a path, or in the folder there. Throws `file-system`, with the names on a hub that may have been meant. */
export function findFile(path: string): Promise<string> {
  const found = findWeightsFile(path);
  const hint = existsSync(path) ? null : meantName(path);
  return hint === null ? found : withHint(found, 'file-system', hint);
}

/** What to do if a path that isn't there was meant as a name: `resnet50`, `torchvison:resnet50`. */
function meantName(text: string): string | null {
  const weights = hubWeights();
  if (networkNames.some((known) => known === text)) {
    const own = weights.filter(({ network }) => network === text);
    const published = own.find(({ isDefault }) => isDefault) ?? own[0];
    return published === undefined
      ? null
      : `Published weights have names, such as ${published.name}: ${resnetCommand} hub ${text}`;
  }
  const [, source = '', name = ''] = /^([a-z_]+):(.+)/i.exec(text) ?? [];
  const [near] = source === '' ? [] : similarNames(source, sources);
  return near === undefined ? null : `Did you mean ${near}:${name}?`;
}
