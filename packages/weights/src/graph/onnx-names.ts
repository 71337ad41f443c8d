import type { OnnxFileNode } from '../containers/onnx/onnx-file.js';

/** What a parameter of a layer is called after the layer's name: `conv1.weight`, `conv1/kernel:0`. */
const parameterSuffix = /^(.+)[./](weight|kernel|gamma|scale)(:0)?$/;
/** Operators that are functions in PyTorch, and no module's. */
const functions: Readonly<Record<string, string>> = {
  ...{ Add: 'add', Mul: 'mul', Concat: 'cat', Pad: 'pad', Slice: 'slice' },
  ...{ Flatten: 'flatten', Reshape: 'reshape', ReduceMean: 'mean' },
};

/**
 * The name of a node's layer: what its parameters' names have in common, or the node's own; undefined if that is only counted on by
 * an exporter.
 *
 * @example
 * // Of inputs layer1.0.conv1.weight, and of the node /layer1/layer1.0/conv1/Conv: layer1.0.conv1
 */
export function layerNameOf({ name, type, inputs }: OnnxFileNode): string | undefined {
  const prefix = parameterSuffix.exec(inputs[1] ?? '')?.[1];
  if (prefix !== undefined) return prefix;
  if (name.startsWith('/')) return scopeOf(name.split('/').slice(1), type);
  const rest = name.startsWith(type) ? name.slice(type.length) : name;
  const isCounted = name.startsWith('node_') || /^(\w?|_+)\d*$/.test(rest);
  return isCounted ? undefined : name;
}

/** PyTorch's exporter writes the path of modules, each of which may repeat the one before: /layer1/layer1.0/conv1/Conv. */
function scopeOf(parts: readonly string[], type: string): string | undefined {
  const path = parts.slice(0, -1).filter((part, index) => !parts[index + 1]?.startsWith(`${part}.`));
  const own = Object.hasOwn(functions, type) ? functions[type] : undefined;
  if (path.length === 0) return undefined;
  return own === undefined ? path.join('.') : [...path, own].join('.');
}
