import { dtypeBytes, type Dtype } from '../container.js';
import { Global } from './pickle-values.js';

/** PyTorch's types of values, by their names: the class of a typed storage, and the dtype. */
const types: readonly (readonly [storage: string, dtype: string, ours: Dtype | number])[] = [
  ['FloatStorage', 'float32', 'F32'],
  ['DoubleStorage', 'float64', 'F64'],
  ['HalfStorage', 'float16', 'F16'],
  ['BFloat16Storage', 'bfloat16', 'BF16'],
  ['LongStorage', 'int64', 'I64'],
  ['IntStorage', 'int32', 'I32'],
  ['ShortStorage', 'int16', 'I16'],
  ['CharStorage', 'int8', 'I8'],
  ['ByteStorage', 'uint8', 'U8'],
  ['BoolStorage', 'bool', 'BOOL'],
  ['', 'uint16', 'U16'],
  ['', 'uint32', 'U32'],
  ['', 'uint64', 'U64'],
  ['', 'float8_e4m3fn', 'F8_E4M3'],
  ['', 'float8_e5m2', 'F8_E5M2'],
  ['UntypedStorage', '', 1],
  // Types that we lack: their bytes per value.
  ['ComplexFloatStorage', 'complex64', 8],
  ['ComplexDoubleStorage', 'complex128', 16],
  ['QInt8Storage', 'qint8', 1],
  ['QUInt8Storage', 'quint8', 1],
  ['QInt32Storage', 'qint32', 4],
  ['QUInt4x2Storage', 'quint4x2', 1],
  ['QUInt2x4Storage', 'quint2x4', 1],
];
const byStorage = new Map(
  types.filter(([storage]) => storage !== '').map(([storage, , ours]) => [storage, ours]),
);
const byDtype = new Map(types.filter(([, dtype]) => dtype !== '').map(([, dtype, ours]) => [dtype, ours]));
const storageModules = new Set(['torch', 'torch.cuda', 'torch.storage']);

/** What a class of storages holds; undefined if it is none. */
export function storageType(type: unknown): { dtype: Dtype | undefined; width: number } | undefined {
  const ours =
    type instanceof Global && storageModules.has(type.module) ? byStorage.get(type.name) : undefined;
  if (ours === undefined) return undefined;
  return typeof ours === 'number'
    ? { dtype: undefined, width: ours }
    : { dtype: ours, width: dtypeBytes[ours] };
}

/** Our name of a dtype; undefined if we have none. */
export function dtypeOf(dtype: unknown): Dtype | undefined {
  const ours = dtype instanceof Global && dtype.module === 'torch' ? byDtype.get(dtype.name) : undefined;
  return typeof ours === 'string' ? ours : undefined;
}

/** The class of storages of this dtype; undefined for those that PyTorch 1.6 lacks. */
export function storageName(dtype: Dtype): string | undefined {
  return types.find(([storage, , ours]) => ours === dtype && storage !== '')?.[0];
}
