// What names and calls in PyTorch's files mean: a closed table. Nothing is imported, and nothing else is called.
import { badFile, quote } from '../../bad-file.js';
import { numpyScalar } from './numpy-scalar.js';
import type { PickleHost } from './pickle.js';
import {
  Global,
  NumpyDtype,
  Opaque,
  type PickleDict,
  type PickleValue,
  Storage,
  StridedTensor,
} from './pickle-values.js';
import { dtypeOf, storageType } from './storage-types.js';
import { checkedView } from './strided-view.js';

type Spend = (count: number) => void;
type Call = (args: PickleValue[], spend: Spend) => PickleValue;

/** What reaches past data: a file that names it is not a file of weights. */
const machineModules = new Set(
  (
    'asyncio bdb builtins code codeop commands concurrent ctypes http imp importlib inspect marshal multiprocessing nt ntpath ' +
    'os pdb pickle _pickle pip platform posix posixpath pty pydoc requests runpy shutil signal socket subprocess sys tempfile ' +
    'threading timeit urllib webbrowser __builtin__'
  ).split(' '),
);
/** What may be named; `getattr` is how Python saves methods, and isn't called either. */
const harmlessBuiltins = new Set(
  'bool bytearray bytes complex dict float frozenset getattr int list object set slice range xrange str tuple unicode long'.split(
    ' ',
  ),
);
const asWeights = 'Save the state dict alone: torch.save(model.state_dict(), "weights.pth").';

/** A host for one file, and the storages that its pickle refers to, by key. */
export function torchHost(): { readonly host: PickleHost; readonly storages: ReadonlyMap<string, Storage> } {
  const storages = new Map<string, Storage>();
  const host: PickleHost = {
    checkGlobal(global) {
      const [root = ''] = global.module.split('.');
      const isHarmless =
        /^(builtins|__builtin__)$/u.test(global.module) &&
        (harmlessBuiltins.has(global.name) || /^[A-Z]\w*(Error|Exception)$/u.test(global.name));
      if (machineModules.has(root) && !isHarmless) {
        throw badFile(
          `The file names ${quote(String(global))}, which could run commands in Python; no file of weights does. Don't load it ` +
            'with Python either, and ask where it comes from.',
          { global: String(global) },
        );
      }
    },
    call: callGlobal,
    create(type, args) {
      const name = String(type);
      if (dictTypes.has(name) && args.length === 0) return new Map();
      return withContents(new Opaque(name), args);
    },
    load(id) {
      const [kind, type, key, location, count, view] = Array.isArray(id) ? id : [];
      if (kind === 'module' && type instanceof Global) return type; // a class, in files of PyTorch 0.1 to 1.5
      const storage = storageType(type);
      const isKnown =
        kind === 'storage' && typeof key === 'string' && typeof location === 'string' && isCount(count);
      if (!isKnown || storage === undefined || !Number.isSafeInteger(count * storage.width)) {
        throw badFile(`The file's pickle refers to a storage in a way that isn't PyTorch's. ${asWeights}`);
      }
      const { dtype, width } = storage;
      const whole = new Storage(key, dtype, width, count * width, 0, count * width);
      const former = storages.get(key);
      if (former && (former.fileBytes !== whole.fileBytes || former.dtype !== dtype)) {
        throw badFile(`The file's pickle says two things of its storage ${quote(key)}. ${asWeights}`, {
          key,
        });
      }
      storages.set(key, former ?? whole);
      return partOf(former ?? whole, view);
    },
  };
  return { host, storages };
}

/** A storage that is a view of another, as files of the legacy kind may have it: [key, offset, size] in values. */
function partOf(whole: Storage, view: PickleValue | undefined): Storage {
  if (view === undefined || view === null) return whole;
  const [, offset, count] = Array.isArray(view) ? view : [];
  const { key, dtype, width, fileBytes } = whole;
  if (!isCount(offset) || !isCount(count) || (offset + count) * width > fileBytes) {
    throw badFile(`The file's storage ${quote(key)} has a part outside of it. ${asWeights}`, { key });
  }
  return new Storage(key, dtype, width, fileBytes, offset * width, count * width);
}

function callGlobal(callee: Global, args: PickleValue[], spend: Spend): PickleValue {
  const name = String(callee);
  const call = calls.get(name);
  if (call !== undefined) return call(args, spend);
  if (unreadTensors.has(name)) return withContents(new Opaque(name, true), args);
  // Functions have small letters; what is called like a class is an object of it, for all we do with it.
  if (otherObjects.test(name) || /^_?[A-Z]/u.test(callee.name.split('.').at(-1) ?? '')) {
    return withContents(new Opaque(name), args);
  }
  throw badFile(
    `The file wants to call ${quote(name)}, which isn't one of the functions that build tensors. ${asWeights}`,
    { global: name },
  );
}

const dictTypes = new Set([
  'collections.OrderedDict',
  'collections.defaultdict',
  'collections.Counter',
  'builtins.dict',
  '__builtin__.dict',
]);
const otherObjects =
  /^(datetime\..*|copy_?reg\._reconstructor|collections\.deque|torch\.serialization\._get_layout|(__builtin__|builtins)\.(complex|x?range|slice))$/u;
const unreadTensors = new Set([
  ...['numpy.core', 'numpy._core'].flatMap((core) => [
    `${core}.multiarray._reconstruct`,
    `${core}.numeric._frombuffer`,
  ]),
  ...['sparse_tensor', 'sparse_csr_tensor', 'qtensor', 'nested_tensor', 'wrapper_subclass'].map(rebuild),
  ...['meta_tensor_no_storage', 'device_tensor_from_numpy', 'device_tensor_from_cpu_tensor'].map(rebuild),
]);

const calls: ReadonlyMap<string, Call> = new Map<string, Call>([
  ...[...dictTypes].map((name): [string, Call] => [name, dictOf]),
  ...['set', 'frozenset'].flatMap((name): [string, Call][] => [
    [`builtins.${name}`, setOf],
    [`__builtin__.${name}`, setOf],
  ]),
  ...['bytes', 'bytearray'].flatMap((name): [string, Call][] => [
    [`builtins.${name}`, bytesOf],
    [`__builtin__.${name}`, bytesOf],
  ]),
  ['_codecs.encode', bytesOf],
  ['numpy.dtype', ([code]) => (typeof code === 'string' ? new NumpyDtype(code) : new Opaque('numpy.dtype'))],
  ['numpy.core.multiarray.scalar', numpyScalar],
  ['numpy._core.multiarray.scalar', numpyScalar],
  ['torch.Size', ([sizes = []]) => sizes],
  ['torch.device', ([type, index]) => (typeof index === 'number' ? `${text(type)}:${index}` : text(type))],
  [rebuild('tensor'), ([storage, offset, size, stride]) => tensorOf(storage, offset, size, stride)],
  [rebuild('tensor_v2'), tensorVersion2],
  [rebuild('tensor_v3'), tensorVersion3],
  [rebuild('parameter'), parameterOf],
  [rebuild('parameter_with_state'), parameterOf],
  ['torch._tensor._rebuild_from_type_v2', tensorOfSubclass],
]);

function rebuild(what: string): string {
  return `torch._utils._rebuild_${what}`;
}

function dictOf(args: PickleValue[], spend: Spend): PickleDict {
  const content = args.at(-1);
  if (content instanceof Map) {
    spend(content.size);
    return new Map(content);
  }
  const items = Array.isArray(content) ? content : [];
  spend(items.length);
  return new Map(
    items.map((item) => (Array.isArray(item) ? [item[0] ?? null, item[1] ?? null] : [item, null])),
  );
}

function setOf([content]: PickleValue[], spend: Spend): Set<PickleValue> {
  const items = Array.isArray(content) ? content : [];
  spend(items.length);
  return new Set(items);
}

/** Bytes, which protocols before 3 write as a string in Latin-1. */
function bytesOf([content = '', encoding = 'latin1']: PickleValue[], spend: Spend): Uint8Array {
  if (content instanceof Uint8Array) return content;
  if (typeof content !== 'string' || !/^latin-?1$/u.test(text(encoding))) {
    throw badFile(`The file's pickle encodes bytes in a way that isn't Python's. ${asWeights}`);
  }
  spend(content.length);
  return Uint8Array.from(content, (character) => character.charCodeAt(0));
}

function tensorVersion2([storage, offset, size, stride, , , metadata]: PickleValue[]): PickleValue {
  // Values that are to be negated or conjugated when they are read.
  if (metadata instanceof Map && [...metadata.values()].includes(true)) {
    return new Opaque(rebuild('tensor_v2'), true);
  }
  return tensorOf(storage, offset, size, stride);
}

function tensorVersion3([storage, offset, size, stride, , , dtype]: PickleValue[]): PickleValue {
  return tensorOf(storage, offset, size, stride, dtype);
}

function parameterOf([data]: PickleValue[]): PickleValue {
  if (data instanceof StridedTensor || (data instanceof Opaque && data.isTensor)) return data;
  throw badFile(`The file has a parameter without a tensor. ${asWeights}`);
}

function tensorOfSubclass([callee, , args]: PickleValue[], spend: Spend): PickleValue {
  const isRebuild = callee instanceof Global && String(callee).startsWith(rebuild('')) && Array.isArray(args);
  if (isRebuild) return callGlobal(callee, args, spend);
  throw badFile(`The file has a tensor that is made in a way that isn't PyTorch's. ${asWeights}`);
}

function tensorOf(
  storage: PickleValue | undefined,
  offset: PickleValue | undefined,
  shape: PickleValue | undefined,
  strides: PickleValue | undefined,
  type?: PickleValue,
): PickleValue {
  if (!(storage instanceof Storage) || !isCount(offset) || !isCounts(shape) || !isCounts(strides)) {
    throw badFile(
      `The file has a tensor whose storage, offset, sizes or strides aren't what they should be. ${asWeights}`,
    );
  }
  const dtype = storage.dtype ?? dtypeOf(type);
  if (dtype === undefined) return new Opaque('a tensor of a type that can’t be read', true);
  if (storage.dtype === undefined && storage.width !== 1)
    return new Opaque('a tensor of complex numbers', true);
  return checkedView(storage, dtype, offset, shape, strides);
}

function withContents(object: Opaque, contents: readonly PickleValue[]): Opaque {
  for (const each of contents) object.contents.push(each);
  return object;
}

function text(value: PickleValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** PyTorch has at most 64 dimensions. */
function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 64 && value.every(isCount);
}
