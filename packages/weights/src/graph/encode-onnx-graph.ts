import {
  type DialectName,
  layerNames,
  type Network,
  type Parameter,
  parameterName,
  ResNetError,
  type Shape,
  shapes,
  walk,
} from '@resnetjs/core';
import type { TensorToWrite } from '../containers/container.js';
import type { OnnxNode, OnnxValue } from '../containers/onnx/encode-onnx.js';
import { bytesOf } from '../variable-values.js';
import {
  type OnnxOperator,
  type OperatorInput,
  operatorsOf,
  toChannelsFirst,
  toChannelsLast,
} from './encode-onnx-operators.js';
import { foldableNorms, foldedParameters } from './folded-parameters.js';

/** The order of the axes of images in an ONNX file: [batch, channels, height, width] or [batch, height, width, channels]. */
export type OnnxLayout = 'nchw' | 'nhwc';

/** What an ONNX file is to be like. */
export interface OnnxOptions {
  /** The number of images in a batch. Default: any number. */
  readonly batchSize?: number;
  /** The order of images, and of a result that is a map. Default: `nchw`, as in files of PyTorch's exporter. */
  readonly layout?: OnnxLayout;
  /**
   * Whether each normalization that follows a convolution is folded into it, for inference only; onnxruntime does so by
   * itself when it loads a file. Default: false, all values as they are.
   */
  readonly fold?: boolean;
}

/** A parameter as an ONNX graph has it. */
export interface OnnxParameter {
  readonly name: string;
  readonly shape: Shape;
  /** In this shape, row-major. */
  values(): Promise<Float32Array<ArrayBuffer>>;
}

/** A network as an ONNX graph. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly parameters: readonly OnnxParameter[];
  /** What operators take that is no parameter of the network: bounds, margins. */
  readonly constants: readonly TensorToWrite[];
  readonly input: OnnxValue;
  readonly output: OnnxValue;
  /** How many normalizations are folded into convolutions. */
  readonly folded: number;
}

interface GraphOptions extends OnnxOptions {
  /** The dialect that names layers and parameters. Default: as in `layerNames`. */
  readonly dialect?: DialectName | undefined;
  /** Whether parameters are halves in the file, which operators make float32 before they are used. */
  readonly half?: boolean;
}

const inputName = 'images';

/**
 * A network as an ONNX graph that computes what `forward` does: from `images`, preprocessed, to `logits`, or to `features` where
 * there is no classifier. Throws `shape-mismatch`, and `bad-option` for a batch size that isn't a positive whole number.
 */
export function onnxGraph(
  network: Network,
  read: (parameter: Parameter) => Promise<Float32Array<ArrayBuffer>>,
  options: GraphOptions = {},
): OnnxGraph {
  const { batchSize = 'batch', layout, dialect } = options;
  const isChannelsLast = layout === 'nhwc';
  checkBatchSize(batchSize);
  const nodes = walk(network);
  const maps = shapes(network);
  const folds = options.fold ? foldableNorms(nodes) : new Map<number, number>();
  const folded = new Set(folds.values());
  const chains = nodes.map((_, index): readonly OnnxOperator[] => {
    if (index === 0) return isChannelsLast ? [toChannelsFirst] : [];
    return folded.has(index) ? [] : operatorsOf({ nodes, maps, index, isFolded: folds.has(index) });
  });

  const parameterOf = foldedParameters(network, folds, read);
  const parameters = chains.flatMap((chain, index) =>
    chain
      .flatMap(({ takes = [] }) => takes)
      .flatMap((input): OnnxParameter | [] => {
        if (!('role' in input)) return [];
        const { shape, values } = parameterOf(index, input.role);
        return {
          name: parameterName(network, index, input.role, dialect),
          shape: input.layout.shape(shape),
          values: async () => input.layout.fromOurs(await values(), shape),
        };
      }),
  );
  const described = (name: string, map: Shape): OnnxValue => {
    const isMoved = map.length === 3 && !isChannelsLast;
    return { name, shape: [batchSize, ...(isMoved ? [...map.slice(2), ...map.slice(0, 2)] : map)] };
  };
  const lastMap = maps.at(-1) as Shape;
  const input = described(inputName, network.input);
  const output = described(network.head.some(({ op }) => op === 'dense') ? 'logits' : 'features', lastMap);
  const endsInTranspose = isChannelsLast && lastMap.length === 3;
  const connected = connect(network, chains, {
    ...{ ...options, folds, parameters, output: output.name, endsInTranspose },
  });
  return { ...connected, parameters, input, output, folded: folds.size };
}

interface Connections extends Pick<GraphOptions, 'dialect' | 'half'>, Pick<OnnxGraph, 'parameters'> {
  readonly folds: ReadonlyMap<number, number>;
  /** The name of the network's result. */
  readonly output: string;
  readonly endsInTranspose: boolean;
}

/** The operators of all nodes as a graph, in which a value has the name of its layer. */
function connect(
  network: Network,
  chains: readonly (readonly OnnxOperator[])[],
  { dialect, half, parameters, folds, output, endsInTranspose }: Connections,
): Pick<OnnxGraph, 'nodes' | 'constants'> {
  const walked = walk(network);
  const layers = layerNames(network, dialect);
  const unique = uniqueNames([inputName, output, ...parameters.map(({ name }) => name)]);
  const nodes: OnnxNode[] = [];
  const constants: TensorToWrite[] = [];
  const results: string[] = [];
  const floats = new Map(parameters.map(({ name }) => [name, half ? unique(`${name}.float32`) : name]));
  for (const [name, float] of half ? floats : []) {
    nodes.push({ name: float, type: 'Cast', inputs: [name], output: float, attributes: { to: { int: 1 } } });
  }

  const operand = (index: number, input: OperatorInput): string => {
    if ('role' in input) return floats.get(parameterName(network, index, input.role, dialect)) as string;
    const { constant, shape, values } = input;
    const name = unique(`${layers[index]}.${constant}`);
    const dtype = values instanceof Float32Array ? 'F32' : 'I64';
    constants.push({ name, dtype, shape, read: async () => bytesOf(values) });
    return name;
  };
  walked.forEach(({ from }, index) => {
    const layer = layers[index] as string;
    const isLast = (folds.get(index) ?? index) === walked.length - 1 && !endsInTranspose;
    let inputs = index === 0 ? [inputName] : from.map((each) => results[each] as string);
    for (const { type, gives, part, takes = [], attributes } of chains[index] ?? []) {
      const result = gives === undefined && isLast ? output : unique(gives ? `${layer}.${gives}` : layer);
      const others = takes.map((each) => operand(index, each));
      const name = part ? `${layer}.${part}` : layer;
      nodes.push({
        ...{ name, type, inputs: [...inputs, ...others], output: result },
        ...(attributes && { attributes }),
      });
      inputs = [result];
    }
    results.push(inputs[0] as string);
  });
  if (endsInTranspose) {
    const { type, part, attributes } = toChannelsLast;
    nodes.push({ name: `${output}.${part}`, type, inputs: results.slice(-1), output, attributes });
  }
  return { nodes, constants };
}

/** Gives names that no value has yet, with a number after those that one has. */
function uniqueNames(reserved: readonly string[]): (name: string) => string {
  const taken = new Set(reserved);
  return (name) => {
    let unique = name;
    for (let count = 1; taken.has(unique); count++) unique = `${name}_${count}`;
    taken.add(unique);
    return unique;
  };
}

function checkBatchSize(batchSize: number | string): void {
  if (typeof batchSize === 'string' || (Number.isSafeInteger(batchSize) && batchSize > 0)) return;
  throw new ResNetError(
    'bad-option',
    `batchSize is ${batchSize}; it must be a positive whole number, or left out for any.`,
    { batchSize },
  );
}
