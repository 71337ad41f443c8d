import {
  type DialectName,
  createNetwork,
  dialectOf,
  type Network,
  networkEntries,
  type NetworkName,
  networks,
  parameterNames,
  type Shape,
  shortcutOptions,
} from '@resnetjs/core';
import { badFile } from '../bad-file.js';
import {
  compareTensors,
  countDifferences,
  type Differences,
  type NeededTensor,
  neededTensors,
} from './compare-tensors.js';
import { describeDifferences } from './describe-differences.js';
import type { FoundTensors } from './found-tensors.js';
import { frameworkOf } from './tensor-layout.js';

/** What is known of a file before it is read, and is not asked of it then. */
export interface RecognizeOptions {
  /** The network's name in the catalogue. Default: the one that the names and shapes of the tensors fit. */
  readonly network?: NetworkName;
  /** [height, width, channels] of an image, where weights don't say. Default: the network's, with the file's channels. */
  readonly input?: Network['input'];
}

/** A network and the names that its tensors have. */
export interface Recognized {
  readonly network: Network;
  readonly dialect: DialectName;
  readonly needed: readonly NeededTensor[];
}

interface Candidate extends Recognized {
  readonly differences: Differences;
}

/** The dialects in which networks are searched, by framework. */
const searched = {
  PyTorch: ['torchvision', 'timm', 'hugging-face', 'cifar'],
  Keras: ['keras-applications', 'course', 'preact', 'keras'],
} as const satisfies Record<string, readonly DialectName[]>;

/**
 * The network of the catalogue whose parameters a file's tensors are, by their names and shapes, with the file's classes and
 * channels. Throws `bad-file` if none fits, with what is missing, surplus and misshapen for the one that fits best.
 */
export function recognize(
  found: FoundTensors,
  framework: 'PyTorch' | 'Keras',
  options: RecognizeOptions = {},
): Recognized {
  const names = options.network === undefined ? (Object.keys(networks) as NetworkName[]) : [options.network];
  let best: Candidate | undefined;
  for (const name of names) {
    for (const dialect of dialectsFor(name, framework)) {
      if (options.network === undefined && sharedNames(name, dialect, found) < 0.5) continue;
      for (const network of sizedLike(found, name, dialect, options)) {
        const needed = neededTensors(network, dialect);
        const differences = compareTensors(needed, found.tensors);
        const candidate = { network, dialect, needed, differences };
        if (countDifferences(differences) === 0) return candidate;
        if (best === undefined || countDifferences(differences) < countDifferences(best.differences)) {
          best = candidate;
        }
      }
    }
  }
  throw unrecognized(best, found, options);
}

/** The network's own dialect first. */
function dialectsFor(name: NetworkName, framework: 'PyTorch' | 'Keras'): readonly DialectName[] {
  const own = dialectOf(name);
  const all: readonly DialectName[] = searched[framework];
  return [...all.filter((each) => each === own), ...all.filter((each) => each !== own)];
}

const knownNames = new Map<string, ReadonlySet<string>>();

/** The share of the file's names that a network has in a dialect: what is cheap to ask first. */
function sharedNames(name: NetworkName, dialect: DialectName, { tensors }: FoundTensors): number {
  const key = `${dialect} ${name}`;
  const names = knownNames.get(key) ?? new Set(parameterNames(networks[name](), dialect).values());
  knownNames.set(key, names);
  let shared = 0;
  for (const found of tensors.keys()) if (names.has(found)) shared++;
  return shared / Math.max(1, tensors.size);
}

/** A network of the catalogue with the classes and channels of a file, with each of its options that weights show. */
function* sizedLike(
  found: FoundTensors,
  name: NetworkName,
  dialect: DialectName,
  options: RecognizeOptions,
): Generator<Network, void, void> {
  const plain = networks[name]();
  const [height, width, channels] = options.input ?? plain.input;
  const sized = {
    input: [
      height,
      width,
      options.input ? channels : (channelsIn(found, plain, dialect) ?? channels),
    ] as const,
    classes: classesIn(found, plain, dialect),
  };
  if (!networkEntries[name].options.includes('shortcut')) {
    yield createNetwork(name, sized);
    return;
  }
  for (const shortcut of shortcutOptions)
    yield createNetwork(name as 'cifar/resnet20', { ...sized, shortcut });
}

function channelsIn(found: FoundTensors, network: Network, dialect: DialectName): number | undefined {
  const first = neededTensors(network, dialect).find(({ parameter }) => parameter.op === 'conv');
  const shape = shapeOf(found, first);
  return frameworkOf(dialect) === 'PyTorch' ? shape?.[1] : shape?.[2];
}

/** null in a file without a classifier. */
function classesIn(found: FoundTensors, network: Network, dialect: DialectName): number | null {
  const last = neededTensors(network, dialect).findLast(
    ({ parameter }) => parameter.op === 'dense' && parameter.role === 'kernel',
  );
  const shape = shapeOf(found, last);
  if (shape?.length !== 2) return null;
  return (frameworkOf(dialect) === 'PyTorch' ? shape[0] : shape[1]) || null;
}

function shapeOf({ tensors }: FoundTensors, needed: NeededTensor | undefined): Shape | undefined {
  return needed && tensors.get(needed.name)?.shape;
}

function unrecognized(best: Candidate | undefined, { tensors }: FoundTensors, { network }: RecognizeOptions) {
  if (best === undefined) {
    const some = [...tensors.keys()].slice(0, 3).join(', ');
    return badFile(
      `The file's ${tensors.size} tensors (${some || 'none'}, …) have the names of no network that ResNet.js knows.`,
    );
  }
  const verdict =
    network === undefined
      ? `The file's tensors fit no network; ${best.network.name} fits best, in the names of ${best.dialect}`
      : `The file's tensors are not those of ${network}`;
  return badFile(`${verdict}: ${describeDifferences(best.differences)}.`, { ...best.differences });
}
