// Where in a checkpoint the weights are, and what stands beside them.
import { badFile, quote } from '../../bad-file.js';
import { Global, Opaque, type PickleDict, type PickleValue, StridedTensor } from './pickle-values.js';

/** The weights in a checkpoint. */
export interface StateDict {
  /** The keys under which they are. */
  readonly path: readonly string[];
  /** By name: those of nested dicts with dots between the keys. */
  readonly tensors: ReadonlyMap<string, StridedTensor>;
  /** Numbers, strings and booleans beside the weights and among them. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Keys of what else holds tensors, or arrays of NumPy. */
  readonly others: readonly string[];
}

/**
 * Keys under which checkpoints have their weights, the preferred first. An average of weights (EMA) is another model than
 * the one that was trained: it is taken where there is nothing else.
 */
const preferred = (
  'state_dict model_state_dict model model_state net network module weights params ' +
  'state_dict_ema model_ema ema_state_dict ema params_ema'
).split(' ');
const maxDepth = 32;
const maxNameLength = 1024;
const maxTensors = 100_000;
/** Values among the weights, shared ones counted each time. */
const maxValues = 1_000_000;
/** Values that are looked at in search of tensors. */
const maxVisits = 8_000_000;

/** What a training keeps beside its weights, which may be tensors, too. */
const ofTraining = /^(optim|(lr_?)?sched|(grad_?)?scaler|amp|callbacks|loops|.*rng)/iu;

/**
 * Finds the weights in what `torch.save` saved: the dict under the first of the `preferred` keys that has one, and in it
 * again, until there is none. Throws `bad-file` if there are no tensors.
 */
export function findStateDict(root: PickleValue): StateDict {
  const search = new TensorSearch();
  const path: string[] = [];
  const metadata = new Map<string, string>();
  const others: string[] = [];
  let dict = checkedDict(root, path);
  for (;;) {
    const holders = new Map([...dict].filter(([, value]) => search.isIn(value)));
    const key = preferredKey(holders);
    if (key === undefined) break;
    for (const [each, value] of dict) addScalar(metadata, dotted(path, each), value);
    others.push(...[...holders.keys()].filter((each) => each !== key).map((each) => dotted(path, each)));
    path.push(key);
    if (path.length > maxDepth) throw endless();
    dict = checkedDict(dict.get(key) as PickleValue, path);
  }
  const weights = new Map<PickleValue, PickleValue>();
  for (const [key, value] of dict) {
    const isLeftOut =
      typeof key === 'string' && ofTraining.test(key) && (value instanceof Map || Array.isArray(value));
    if (!isLeftOut) weights.set(key, value);
    else if (search.isIn(value)) others.push(dotted(path, key));
  }
  const tensors = collect(weights, metadata, search);
  if (tensors.size === 0) throw noTensors(dict);
  return { path, tensors, metadata, others };
}

/** The preferred key of those with tensors: with a dict, or else with an object, which is refused then. */
function preferredKey(holders: PickleDict): string | undefined {
  return (
    preferred.find((key) => holders.get(key) instanceof Map) ??
    preferred.find((key) => holders.get(key) instanceof Opaque)
  );
}

function checkedDict(value: PickleValue, path: readonly string[]): PickleDict {
  if (value instanceof Map) return value;
  if (value instanceof Opaque && isModule(value)) throw wholeModule(value, path);
  const where = path.length > 0 ? ` under ${quote(path.join('.'))}` : '';
  throw badFile(
    `The file holds ${described(value)}${where}, not a dict of tensors. Save the state dict: ` +
      'torch.save(model.state_dict(), "weights.pth").',
  );
}

function wholeModule({ type }: Opaque, path: readonly string[]) {
  const model = `checkpoint${path.map((key) => `[${JSON.stringify(key)}]`).join('')}`;
  return badFile(
    `The file holds a whole module, a ${quote(type)}, which only its own Python code can load. Save its state dict: ` +
      `checkpoint = torch.load(FILE, weights_only=False); torch.save(${model}.state_dict(), "weights.pth").`,
    { type },
  );
}

function isModule({ contents }: Opaque): boolean {
  return contents.some((each) => each instanceof Map && (each.has('_modules') || each.has('_parameters')));
}

function described(value: PickleValue): string {
  if (value instanceof Opaque) return `an object of ${quote(value.type)}`;
  if (value instanceof Global) return quote(String(value));
  if (value instanceof StridedTensor) return 'one tensor';
  return Array.isArray(value) ? 'a list' : 'something else';
}

function noTensors(dict: PickleDict) {
  const keys = [...dict.keys()].slice(0, 8).map((key) => (typeof key === 'string' ? quote(key) : '…'));
  return badFile(
    `The file holds no tensors${keys.length > 0 ? `, but ${keys.join(', ')}` : ''}. Save the state dict: ` +
      'torch.save(model.state_dict(), "weights.pth").',
  );
}

class TensorSearch {
  #visits = 0;

  /** Whether there is a tensor anywhere in a value; in one that contains itself, too. */
  isIn(value: PickleValue): boolean {
    const seen = new Set<PickleValue>();
    const waiting: PickleValue[] = [value];
    while (waiting.length > 0) {
      const next = waiting.pop() as PickleValue;
      if (next instanceof StridedTensor || (next instanceof Opaque && next.isTensor)) return true;
      if (typeof next !== 'object' || next === null || seen.has(next)) continue;
      seen.add(next);
      for (const child of childrenOf(next)) {
        if (++this.#visits > maxVisits) throw endless();
        waiting.push(child);
      }
    }
    return false;
  }
}

function childrenOf(value: PickleValue): Iterable<PickleValue> {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return value.values();
  if (value instanceof Set) return value;
  return value instanceof Opaque ? value.contents : [];
}

/** The tensors in a dict and in the dicts and lists in it, in their order. */
function collect(
  dict: PickleDict,
  metadata: Map<string, string>,
  search: TensorSearch,
): Map<string, StridedTensor> {
  const tensors = new Map<string, StridedTensor>();
  const waiting: { name: string; depth: number; value: PickleValue }[] = [
    { name: '', depth: 0, value: dict },
  ];
  let values = 0;
  while (waiting.length > 0) {
    const { name, depth, value } = waiting.pop() as (typeof waiting)[number];
    if (value instanceof Map || Array.isArray(value)) {
      values += value instanceof Map ? value.size : value.length;
      if (values > maxValues || depth === maxDepth) throw endless();
      for (const [key, child] of [...value.entries()].reverse()) {
        waiting.push({ name: joined(name, depth, key), depth: depth + 1, value: child });
      }
    } else if (value instanceof StridedTensor) {
      if (tensors.has(name))
        throw badFile(`The file has two tensors with the name ${quote(name)}.`, { name });
      if (tensors.size === maxTensors) throw badFile(`The file has more than ${maxTensors} tensors.`);
      tensors.set(name, value);
    } else if (value instanceof Opaque) {
      if (search.isIn(value)) throw unreadObject(value, name);
    } else {
      addScalar(metadata, name, value);
    }
  }
  return tensors;
}

function joined(name: string, depth: number, key: PickleValue): string {
  if (typeof key !== 'string' && typeof key !== 'number') {
    throw badFile(
      `The file has a key ${name === '' ? '' : `under ${quote(name)} `}that is neither a name nor a number.`,
    );
  }
  const all = depth === 0 ? String(key) : `${name}.${key}`;
  if (all.length > maxNameLength) throw endless();
  return all;
}

function endless() {
  return badFile(
    'The file nests its values without end, or has names without end: it is no file of weights.',
  );
}

/** An object among the tensors may be left out, unless tensors are in it. */
function unreadObject(object: Opaque, name: string) {
  if (isModule(object)) return wholeModule(object, name.split('.'));
  return badFile(
    `The file has ${quote(name)} as an object of ${quote(object.type)}, which can't be read. Save a dict of dense tensors ` +
      'alone: torch.save(model.state_dict(), "weights.pth").',
    { name, type: object.type },
  );
}

function addScalar(metadata: Map<string, string>, name: string, value: PickleValue): void {
  if (['string', 'number', 'boolean', 'bigint'].includes(typeof value)) metadata.set(name, String(value));
}

function dotted(path: readonly string[], key: PickleValue): string {
  return [...path, typeof key === 'string' ? key : typeof key === 'number' ? String(key) : '…'].join('.');
}
