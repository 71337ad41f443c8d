import type { Network } from '@resnetjs/core';
import { badFile, quote } from '../bad-file.js';
import type { OnnxFile, OnnxFileGraph, OnnxFileNode } from '../containers/onnx/onnx-file.js';
import type { Graph } from './graph.js';
import { maxNameLength } from '../model-file/network-schema.js';
import { noPlace } from './merges.js';
import { type Constant, maxValues, stored } from './onnx-constants.js';
import { elements } from '../containers/container.js';
import { fold, isFolded } from './onnx-folding.js';
import { shapeOf } from './onnx-shapes.js';
import { readOperator } from './onnx-operators.js';
import { asFeatures, type Reading, type Result } from './onnx-results.js';
import { scaledSources } from './onnx-scaling.js';
import type { Rescaling } from './rescaling.js';

/** Options of `onnxGraph`. */
export interface OnnxGraphOptions {
  /** [height, width] in pixels, where the file takes images of any. */
  readonly size?: readonly [height: number, width: number];
}

/** An ONNX file's nodes as a graph. */
export interface OnnxGraph extends Pick<Reading, 'sources' | 'counted'> {
  readonly graph: Graph;
  /** The names of what the nodes take on which the result depends, the file's tensors among them. */
  readonly used: ReadonlySet<string>;
  /** What comes before the graph; null if nothing does. */
  readonly rescaling: Rescaling | null;
}

type Value = Result | Constant;

/** Values of constants that are made of others, in all. */
const maxComputed = 2 ** 22;
/** Operators of this version and newer are read; before, they took other attributes. */
const minOpset = 7;

/**
 * The graph of an ONNX file: constants are folded, and what only moves or names values is left out. Throws `bad-file`, naming the
 * first node that can't be in a residual network.
 */
export async function onnxGraph(file: OnnxFile, options: OnnxGraphOptions): Promise<OnnxGraph> {
  const { graph: found, opset } = file;
  if (opset < minOpset) {
    throw badFile(
      `The ONNX file has operators of version ${opset} (opset), and ${minOpset} and newer are read. Export it with a newer one.`,
      { opset },
    );
  }
  const [output, ...others] = found.outputs;
  if (output === undefined || others.length > 0) {
    throw badFile(
      `The ONNX file gives ${found.outputs.length} results, and one is expected${named(found.outputs)}. Export it with one.`,
    );
  }
  const nodes = neededNodes(found, output.name);
  const { name, input, result: start } = imageOf(found, options, nodes);
  const shown = name.slice(0, maxNameLength) || 'image';
  const isTorch = file.metadata.get('producer_name') === 'pytorch';
  const reading: Reading = {
    ...{
      nodes: [{ name: shown, op: { op: 'input' }, from: [] }],
      names: new Map([[shown, 0]]),
      counted: new Set(),
    },
    ...{ sources: new Map(), scalings: new Map(), rescaling: null, output: output.name },
    runningVariance: isTorch ? 'unbiased' : 'biased',
  };
  const values = storedTensors(found).set(name, start);
  await readNodes(nodes, reading, values);
  const last = values.get(output.name);
  if (typeof last !== 'object' || last.kind === 'constant') {
    throw badFile(`The ONNX file's result ${quote(output.name)} depends on no image.`);
  }
  const result = last.shape.length === 2 ? asFeatures(output, last, reading) : last;
  if (result.flattened !== null) {
    throw noPlace({ name: output.name }, 'its result is a flattened map, channels first');
  }
  for (const [at, scaling] of reading.scalings) {
    reading.sources.set(at, scaledSources(reading.sources.get(at), scaling));
  }
  const graph = {
    name: `file/${found.name || 'onnx'}`.slice(0, maxNameLength),
    input,
    nodes: reading.nodes,
    output: result.node,
  };
  const { sources, counted, rescaling } = reading;
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  return { ...pooledFlat(graph, sources), counted, rescaling, used };
}

/** A text for a tensor whose values nothing is computed with. */
type Values = Map<string, Value | string>;

function storedTensors({ tensors }: OnnxFileGraph): Values {
  const entries = [...tensors].map(
    ([name, tensor]) => [name, typeof tensor === 'string' ? tensor : { ...stored(tensor), name }] as const,
  );
  return new Map<string, Value | string>(entries);
}

/** Reads nodes one after another, and adds what each gives to the values. */
async function readNodes(nodes: readonly OnnxFileNode[], reading: Reading, values: Values): Promise<void> {
  const takers = takersOf(nodes, reading.output);
  let count = 0;
  for (const node of nodes) {
    const inputs = node.inputs.map((each) =>
      each === '' ? undefined : taken(node, each, { values, takers }),
    );
    const [first = ''] = node.outputs;
    if (values.has(first)) throw noPlace(node, `it gives ${quote(first)}, which something else gives, too`);
    const value = await valueFrom(node, inputs, reading);
    if (value.kind === 'constant') {
      if (value.fill === undefined) count += Math.min(maxValues, elements(value.shape));
      if (count > maxComputed)
        throw noPlace(node, `more than ${maxComputed} values are computed before any image`);
      values.set(first, { name: first, ...value });
    } else {
      const isShared = inputs.some(
        (each) => each?.kind === 'result' && each.node === value.node && each.isShared,
      );
      values.set(first, { ...value, isShared });
    }
  }
}

/** How many nodes take a result, by its name; the file's own is taken once more. */
function takersOf(nodes: readonly OnnxFileNode[], output: string): ReadonlyMap<string, number> {
  const takers = new Map([[output, 1]]);
  for (const { type, inputs } of nodes) {
    if (type !== 'Shape') for (const name of inputs) takers.set(name, (takers.get(name) ?? 0) + 1);
  }
  return takers;
}

const named = (values: readonly { readonly name: string }[]) =>
  values.length === 0
    ? ''
    : `: ${values
        .slice(0, 5)
        .map(({ name }) => quote(name))
        .join(', ')}`;

/** The nodes on which the result depends, in the order of the file. */
function neededNodes({ nodes }: OnnxFileGraph, output: string): readonly OnnxFileNode[] {
  const makers = new Map<string, number>();
  nodes.forEach(({ outputs }, index) => {
    for (const name of outputs) if (name !== '' && !makers.has(name)) makers.set(name, index);
  });
  const needed = new Set<number>();
  const names = [output];
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    const maker = makers.get(name);
    if (maker === undefined || needed.has(maker)) continue;
    needed.add(maker);
    names.push(...(nodes[maker] as OnnxFileNode).inputs);
  }
  return nodes.filter((_, index) => needed.has(index));
}

/** What a node takes under a name. */
function taken(
  node: OnnxFileNode,
  name: string,
  { values, takers }: { readonly values: Values; readonly takers: ReadonlyMap<string, number> },
): Value {
  const value = values.get(name);
  if (value === undefined) throw noPlace(node, `it takes ${quote(name)}, which nothing before it gives`);
  if (typeof value === 'string') throw noPlace(node, `it takes ${quote(name)}, which holds ${value}`);
  const isShared = value.kind === 'result' && (value.isShared || (takers.get(name) ?? 0) > 1);
  return value.kind === 'result' ? { ...value, isShared } : value;
}

/** A node of constants gives another; of the size of a result, too. */
async function valueFrom(
  node: OnnxFileNode,
  inputs: readonly (Value | undefined)[],
  reading: Reading,
): Promise<Value> {
  const [first] = inputs;
  if (node.type === 'Shape' && node.domain === '' && first?.kind === 'result')
    return shapeOf(node, first.shape);
  const constants = inputs.flatMap((each) => (each?.kind === 'result' ? [] : [each]));
  if (constants.length === inputs.length && isFolded(node)) return fold(node, constants);
  if (node.type === 'CastLike' && first?.kind === 'constant') return fold(node, [first]);
  return readOperator({ node, inputs, reading });
}

/** The file's image: with its channels last if it is transposed before anything else. */
function imageOf(graph: OnnxFileGraph, { size }: OnnxGraphOptions, nodes: readonly OnnxFileNode[]) {
  const [image, ...others] = graph.inputs;
  if (image === undefined || others.length > 0) {
    throw badFile(
      `The ONNX file takes ${graph.inputs.length} inputs, and one image is expected${named(graph.inputs)}. Export it with one.`,
    );
  }
  const { name, shape } = image;
  const isLast = beginsTransposed(name, nodes);
  const [batch, first, second, third] = shape ?? [];
  const [height, width, channels] = isLast ? [first, second, third] : [second, third, first];
  if (shape?.length !== 4 || channels === null || channels === undefined) {
    const sizes = shape?.map((each) => each ?? 'any').join(', ') ?? 'unknown';
    throw noPlace(image, `it takes [${sizes}], and not [batch, channels, height, width]`);
  }
  const [ownHeight, ownWidth] = [height ?? size?.[0], width ?? size?.[1]];
  if (ownHeight === undefined || ownWidth === undefined) {
    throw badFile(
      `The ONNX file takes images of any size (input ${quote(name)}). Say which: { input: [224, 224, ${channels}] }, --image-size.`,
      { input: name },
    );
  }
  // A batch of any size is taken for one of one image: what is computed for each is the same.
  const own = isLast ? [ownHeight, ownWidth, channels] : [channels, ownHeight, ownWidth];
  const input: Network['input'] = [ownHeight, ownWidth, channels];
  const result: Result = {
    ...{ kind: 'result', node: 0, shape: [batch ?? 1, ...own], channelAxis: isLast ? 3 : 1 },
    ...{ isMap: true, flattened: null, isShared: false },
  };
  return { name, input, result };
}

/** What may be done to an image before it is transposed. */
const preparing = ['Identity', 'Cast', 'Add', 'Sub', 'Mul', 'Div', 'Pad'];

function beginsTransposed(input: string, nodes: readonly OnnxFileNode[]): boolean {
  let name = input;
  for (const { type, inputs, outputs, attributes } of nodes) {
    if (!inputs.includes(name)) continue;
    if (type === 'Transpose') return String(attributes.get('perm')?.ints) === '0,3,1,2';
    if (!preparing.includes(type)) return false;
    name = outputs[0] ?? '';
  }
  return false;
}

/** Global pooling that keeps a map of one pixel, and nothing but flattening after it, gives features by itself. */
function pooledFlat(graph: Graph, sources: Reading['sources']): Pick<OnnxGraph, 'graph' | 'sources'> {
  const takers = graph.nodes.map(() => 0);
  for (const { from } of graph.nodes) for (const each of from) takers[each] = (takers[each] as number) + 1;
  const places: number[] = [];
  const nodes: Graph['nodes'][number][] = [];
  for (const { op, from, ...node } of graph.nodes) {
    const before = from[0] === undefined ? undefined : nodes[places[from[0]] as number];
    if (op.op === 'flatten' && before?.op.op === 'globalPool' && takers[from[0] as number] === 1) {
      nodes[places[from[0] as number] as number] = { ...before, op: { ...before.op, keepDims: false } };
      places.push(places[from[0] as number] as number);
    } else {
      nodes.push({ ...node, op, from: from.map((each) => places[each] as number) });
      places.push(nodes.length - 1);
    }
  }
  return {
    graph: { ...graph, nodes, output: places[graph.output] as number },
    sources: new Map([...sources].map(([node, own]) => [places[node] as number, own])),
  };
}
