// What there is to choose by name.

import { signal } from '@preact/signals';
import { type HubWeights, hubWeights, isHubName, parseHubName } from '@resnetjs/weights';
import type { HubServers } from '../worker/protocol.js';

/** Weights to choose: a row of the table, or any repository of Hugging Face. */
export interface Choice {
  /** In one spelling, `hf:timm/resnet18.a1_in1k`. */
  readonly name: string;
  readonly source: 'hf' | 'torchvision' | 'keras';
  /** Null for what the table doesn't have. */
  readonly row: HubWeights | null;
}

const sourceOf = ({ source }: HubWeights) => (source === 'timm' ? 'hf' : source);
const table: readonly Choice[] = hubWeights().map((row) => ({ name: row.name, source: sourceOf(row), row }));

/** Good ones to begin with, small first: from Hugging Face, which lets pages read its files. */
const first = [
  'hf:timm/resnet18.a1_in1k',
  'hf:timm/resnet34.a1_in1k',
  'hf:timm/resnet50.a1_in1k',
  'hf:timm/seresnet50.ra2_in1k',
  'hf:timm/resnet101.a1h_in1k',
];
export const firstChoices = table.filter(({ name }) => first.includes(name));
export const tableSize = table.length;

/** The one that is described, and whose download is shown. */
export const chosen = signal<Choice | null>(firstChoices[0] ?? null);

/** Those of the table with all words of the text in their names, and what the text itself names. */
export function search(text: string): readonly Choice[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = table.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  const named = choiceOf(text.trim());
  return named === null || found.some(({ name }) => name === named.name) ? found : [named, ...found];
}

/** What a text names; null if it is no name. */
export function choiceOf(text: string): Choice | null {
  if (!isHubName(text)) return null;
  try {
    const { text: name, source } = parseHubName(text);
    return table.find((each) => each.name === name) ?? { name, source, row: null };
  } catch {
    return null;
  }
}

/** Why a text that begins as a name does is none; null for other texts. */
export function whyNoName(text: string): string | null {
  if (!isHubName(text.trim())) return null;
  try {
    parseHubName(text.trim());
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The host that a choice is asked for at. */
export function hostOf({ source, row }: Choice, { endpoint, mirror }: HubServers): string {
  if (source === 'hf') return new URL(endpoint ?? 'https://huggingface.co').host;
  return new URL(mirror ?? row?.url ?? 'https://unknown').host;
}
