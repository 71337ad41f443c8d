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
  type ShortcutOption,
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
  /** [height, width, channels] of an image. Default: the network's; the channels are the file's in any case. */
  readonly input?: Network['input'];
}

/** A network whose parameters a file has. */
export interface Recognized {
  readonly network: Network;
  readonly dialect: DialectName;
  readonly needed: readonly NeededTensor[];
  readonly found: FoundTensors;
}

interface Candidate extends Recognized {
  readonly differences: Differences;
}

/** Under which names a file may have the tensors of a network. */
export interface Naming {
  readonly dialect: DialectName;
  /** Whether there is a dense layer. */
  readonly hasClassifier: boolean;
  /** The file's tensors in the dialect; undefined if they can't be those of the network. */
  readonly tensorsFor: (network: Network) => FoundTensors | undefined;
}

/**
 * The network of the catalogue whose parameters a file's tensors are, by their names and shapes, with the file's classes and
 * channels. Throws `bad-file` if none fits, with what is missing, surplus and misshapen for the one that fits best, and if
 * several fit, which automatic names of layers make possible.
 */
export function recognize(namings: readonly Naming[], options: RecognizeOptions = {}): Recognized {
  // A source's own names say which network it is; automatic ones, only in which order its layers are.
  const named = namings.filter(({ dialect }) => dialect !== 'keras');
  const automatic = namings.filter(({ dialect }) => dialect === 'keras');
  const candidates: Candidate[] = [];
  for (const group of [named, automatic]) {
    const near = group.flatMap((naming) => nearest(naming, options));
    const fitting = near.filter(({ differences }) => countDifferences(differences) === 0);
    // Any network can be named as any source would: the names of its own source say more.
    const own = fitting.filter(({ network, dialect }) => dialect === dialectOf(network.name));
    const likely = own.length > 0 ? own : fitting;
    const networks = [...new Set(likely.map(({ network }) => network.name))];
    if (networks.length > 1) throw ambiguous(networks);
    if (likely[0] !== undefined) return likely[0];
    candidates.push(...near);
  }
  return refuse(candidates, options);
}

/** The networks whose parameters' names are nearest to the file's in one naming. */
function nearest(naming: Naming, options: RecognizeOptions): readonly Candidate[] {
  const { dialect, tensorsFor } = naming;
  let most = 0;
  let best: Form[] = [];
  for (const form of forms(options.network, naming.hasClassifier)) {
    const found = tensorsFor(form.network);
    const share = found === undefined ? 0 : sharedNames(namesOf(form, dialect), found);
    if (share > most) best = [];
    if (share < most || share === 0) continue;
    most = share;
    best.push(form);
  }
  return best.map((form) => {
    const network = sizedLike(tensorsFor(form.network) as FoundTensors, form, dialect, options);
    const found = tensorsFor(network) as FoundTensors;
    const needed = neededTensors(network, dialect);
    return { network, dialect, needed, found, differences: compareTensors(needed, found.tensors) };
  });
}

/** A network of the catalogue with options on which the names of its parameters depend. */
interface Form {
  readonly name: NetworkName;
  readonly options: { readonly classes?: null; readonly shortcut?: ShortcutOption };
  readonly network: Network;
}

const knownForms = new Map<boolean, readonly Form[]>();

function forms(only: NetworkName | undefined, hasClassifier: boolean): readonly Form[] {
  const all = knownForms.get(hasClassifier) ?? allForms(hasClassifier);
  knownForms.set(hasClassifier, all);
  return only === undefined ? all : all.filter(({ name }) => name === only);
}

function allForms(hasClassifier: boolean): readonly Form[] {
  const classes = hasClassifier ? {} : ({ classes: null } as const);
  return (Object.keys(networks) as NetworkName[]).flatMap((name) => {
    const hasOption = networkEntries[name].options.includes('shortcut');
    const shortcuts = hasOption ? shortcutOptions.map((shortcut) => ({ shortcut })) : [{}];
    return shortcuts.map((shortcut): Form => {
      const options = { ...classes, ...shortcut };
      return { name, options, network: createNetwork(name, options) };
    });
  });
}

const knownNames = new WeakMap<Form, Map<DialectName, ReadonlySet<string>>>();

function namesOf(form: Form, dialect: DialectName): ReadonlySet<string> {
  const byDialect = knownNames.get(form) ?? new Map<DialectName, ReadonlySet<string>>();
  knownNames.set(form, byDialect);
  const names = byDialect.get(dialect) ?? new Set(parameterNames(form.network, dialect).values());
  byDialect.set(dialect, names);
  return names;
}

/** How many of all names in file and network are in both, from 0 to 1. */
function sharedNames(names: ReadonlySet<string>, { tensors }: FoundTensors): number {
  let shared = 0;
  for (const found of tensors.keys()) if (names.has(found)) shared++;
  return shared / (names.size + tensors.size - shared);
}

/** The network with the classes and channels of a file. */
function sizedLike(
  found: FoundTensors,
  { name, options: form, network }: Form,
  dialect: DialectName,
  options: RecognizeOptions,
): Network {
  const [height, width, channels] = options.input ?? network.input;
  const sized = [height, width, channelsIn(found, network, dialect) ?? channels] as const;
  const classes = classesIn(found, network, dialect);
  return createNetwork(name, { ...form, input: sized, classes });
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

function ambiguous(networks: readonly string[]) {
  return badFile(
    `The file's tensors have the shapes of several networks: ${networks.join(', ')}. Say which it is (network, --network).`,
    { networks },
  );
}

/** The one with fewer differences, the first of equals. */
function better(a: Candidate, b: Candidate): Candidate {
  return countDifferences(a.differences) <= countDifferences(b.differences) ? a : b;
}

function refuse(candidates: readonly Candidate[], { network }: RecognizeOptions): never {
  const [first, ...others] = candidates;
  if (first === undefined) {
    throw badFile(
      'The names and shapes of the tensors in the file are those of no network that ResNet.js knows.',
    );
  }
  const best = others.reduce(better, first);
  const verdict =
    network === undefined
      ? `The file's tensors fit no network. ${best.network.name} in the names of ${best.dialect} fits best`
      : `The file's tensors are not those of ${network}`;
  throw badFile(`${verdict}: ${describeDifferences(best.differences)}.`, { ...best.differences });
}
