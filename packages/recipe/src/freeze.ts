import {
  blockName,
  type Network,
  parameters,
  ResNetError,
  siteName,
  stageName,
} from '@resnetjs/core/network';
import type { ParameterGroup } from './parameter-groups.js';

/**
 * The groups that freeze parts of a network, given as `stem,stage1..3`: `stem`; `stageN`, or `stageN..M`, by the numbers
 * that the network's own names of its stages have; a stage or a block by its name, `layer1` or `layer1.0`; `head`, the last
 * dense layer; and `body`, all the rest. Where the stem counts as stage 1, as in the course and in Keras, `stage1` is the stem.
 * Throws `bad-option` for another part, with those that there are.
 *
 * @example
 * const groups = freezeGroups('stem,stage1..3', createNetwork('resnet50')); // layer4 and the dense layer learn
 */
export function freezeGroups(parts: string, network: Network): readonly ParameterGroup[] {
  return partGroups(parts, network, { frozen: true });
}

/**
 * Settings for parts of a network, given as to `freezeGroups`, as parameter groups: a smaller rate for the body than for a
 * new head, which fastai calls discriminative learning rates (Howard and Ruder 2018, §3.2), for example. Throws as
 * `freezeGroups` does.
 *
 * @example
 * const groups = partGroups('body', network, { learningRateFactor: 0.1 });
 */
export function partGroups(
  parts: string,
  network: Network,
  settings: Omit<ParameterGroup, 'match'>,
): readonly ParameterGroup[] {
  const known = partsOf(network);
  const ids = parts.split(',').flatMap((part) => idsOf(part.trim(), known, network));
  return [...new Set(ids)].map((id) => ({ match: { id }, ...settings }));
}

interface Part {
  /** The first is the one that messages use. */
  readonly names: readonly string[];
  /** Patterns that match its weights. */
  readonly ids: readonly string[];
}

interface Parts {
  /** The stem and the stages, of which ranges are made. */
  readonly line: readonly Part[];
  readonly blocks: readonly Part[];
  /** The body and the head. */
  readonly halves: readonly Part[];
}

/** The parts that have weights. */
function partsOf(network: Network): Parts {
  const weights = parameters(network).flatMap(({ id, trainable }) => (trainable ? [id] : []));
  const has = (start: string) => weights.some((id) => id.startsWith(`${start}.`));
  const part = (names: readonly string[], starts: readonly string[]): readonly Part[] => {
    const ids = starts.filter(has).map((start) => `${start}.*`);
    return ids.length === 0 ? [] : [{ names, ids }];
  };
  const stages = network.stages.map((_, stage) => {
    const name = withoutSpaces(stageName(network, stage));
    return { id: `stage${stage}`, names: [`stage${/\d+$/.exec(name)?.[0]}`, name] };
  });
  const countsStem = stages[0]?.names.includes('stage2');
  const head = network.head.map((_, index) => siteName({ part: 'head', index }));
  const dense = Math.max(
    0,
    network.head.findLastIndex(({ op }) => op === 'dense'),
  );
  return {
    line: [
      ...part(countsStem ? ['stem', 'stage1'] : ['stem'], ['stem']),
      ...stages.flatMap(({ id, names }) => part(names, [id])),
    ],
    blocks: network.stages.flatMap((blocks, stage) =>
      blocks.flatMap((_, block) => {
        const site = { part: 'stage', stage, block, path: 'add', index: 0 } as const;
        return part([withoutSpaces(blockName(network, site))], [`stage${stage}.block${block}`]);
      }),
    ),
    halves: [
      ...part(['body'], ['stem', ...stages.map(({ id }) => id), ...head.slice(0, dense)]),
      ...part(['head'], head.slice(dense)),
    ],
  };
}

const withoutSpaces = (name: string) => name.replaceAll(' ', '');

/** Patterns that match the weights of a part, or of a range of parts. */
function idsOf(name: string, { line, blocks, halves }: Parts, network: Network): readonly string[] {
  const all = [...line, ...halves, ...blocks];
  const found = all.find(({ names }) => names.includes(name)) ?? rangeIn(line, name);
  if (found !== undefined) return found.ids;
  const parts = [...line, ...halves].map(({ names }) => names[0] as string);
  const block = blocks.length === 0 ? '' : `, and blocks by their names, such as ${blocks[0]?.names[0]}`;
  throw new ResNetError(
    'bad-option',
    `${network.name} has no part "${name}". It has ${parts.join(', ')}${block}; head is the last dense layer, body all the rest.`,
    { part: name, parts },
  );
}

/** `stage1..3`, or `stage1..stage3`. */
function rangeIn(line: readonly Part[], name: string): Part | undefined {
  const [first = '', last = '', ...more] = name.split('..');
  const at = (each: string) => line.findIndex(({ names }) => names.includes(each));
  const [from, to] = [at(first), at(/^\d+$/.test(last) ? `stage${last}` : last)];
  if (from < 0 || to < from || more.length > 0) return undefined;
  return { names: [name], ids: line.slice(from, to + 1).flatMap(({ ids }) => ids) };
}
