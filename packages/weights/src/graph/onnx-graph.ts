import type { Network } from '@resnetjs/core';
import { badFile, quote } from '../bad-file.js';
import type { OnnxFile, OnnxFileGraph, OnnxFileNode } from '../containers/onnx/onnx-file.js';
import type { Graph } from './graph.js';
import { noPlace } from './merges.js';
import { type Constant, elementsOf, maxValues, stored } from './onnx-constants.js';
import { fold, isFolded } from './onnx-folding.js';
import { shapeOf } from './onnx-shapes.js';
import { readOperator } from './onnx-operators.js';
import { asFeatures, type Reading, type Result } from './onnx-results.js';
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
  if (file.opset < minOpset) {
    throw badFile(
      `The ONNX file has operators of version ${file.opset} (opset), and ${minOpset} and newer are read. Export it with a newer one.`,
      { opset: file.opset },
    );
  }
  const { graph: found } = file;
  const [output, ...others] = found.outputs;
  if (output === undefined || others.length > 0) {
    throw badFile(
      `The ONNX file gives ${found.outputs.length} results, and one is expected${named(found.outputs)}. Export it with one.`,
    );
  }
  const nodes = neededNodes(found, output.name);
  const takers = new Map([[output.name, 1]]);
  for (const { type, inputs } of nodes) {
    if (type !== 'Shape') for (const name of inputs) takers.set(name, (takers.get(name) ?? 0) + 1);
  }
  const isTorch = file.metadata.get('producer_name') === 'pytorch';
  const reading: Reading = {
    ...{
      nodes: [],
      sources: new Map(),
      names: new Set(),
      counted: new Set(),
      takers,
      output: output.name,
      rescaling: null,
    },
    runningVariance: isTorch ? 'unbiased' : 'biased',
  };
  const values = new Map<string, Value | string>(
    [...found.tensors].map(([name, tensor]) => [
      name,
      typeof tensor === 'string' ? tensor : { ...stored(tensor), name },
    ]),
  );
  const { name, input, result: start } = imageOf(found, options, nodes);
  reading.nodes.push({ name, op: { op: 'input' }, from: [] });
  reading.names.add(name);
  values.set(name, start);
  let computed = 0;
  for (const node of nodes) {
    const inputs = node.inputs.map((each) => (each === '' ? undefined : valueNamed(node, each, values)));
    const [first = ''] = node.outputs;
    if (values.has(first)) throw noPlace(node, `it gives ${quote(first)}, which something else gives, too`);
    const value = await valueFrom(node, inputs, reading);
    if (value.kind === 'constant' && value.fill === undefined)
      computed += Math.min(maxValues, elementsOf(value.shape));
    if (computed > maxComputed)
      throw noPlace(node, `more than ${maxComputed} values are computed before any image comes`);
    values.set(first, value.kind === 'constant' ? { name: first, ...value } : value);
  }
  const last = values.get(output.name);
  if (typeof last !== 'object' || last.kind === 'constant') {
    throw badFile(`The ONNX file's result ${quote(output.name)} depends on no image.`);
  }
  const result = last.shape.length === 2 ? asFeatures(output, last, reading) : last;
  if (result.flattened !== null)
    throw noPlace({ name: output.name }, 'its result is a flattened map, channels first');
  const graph = { name: `file/${found.name || 'onnx'}`, input, nodes: reading.nodes, output: result.node };
  const { sources, counted, rescaling } = reading;
  return {
    ...pooledFlat(graph, sources),
    counted,
    rescaling,
    used: new Set(nodes.flatMap(({ inputs }) => inputs)),
  };
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

function valueNamed(node: OnnxFileNode, name: string, values: ReadonlyMap<string, Value | string>): Value {
  const value = values.get(name);
  if (value === undefined) throw noPlace(node, `it takes ${quote(name)}, which nothing before it gives`);
  if (typeof value === 'string') throw noPlace(node, `it takes ${quote(name)}, which holds ${value}`);
  return value;
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
    ...{ isMap: true, flattened: null },
  };
  return { name, input, result };
}

/** What may be done to an image before it is transposed. */
const preparing = ['Identity', 'Cast', 'Add', 'Sub', 'Mul', 'Div'];

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
