// Graphs of ONNX that were rewired on purpose, into loops too, with sizes that aren't any: each is refused, or a network is found.
import { ResNetError } from '@resnetjs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteSource } from '../byte-source.js';
import { onnxGoldens } from '../containers/onnx/files.test-support.js';
import type { OnnxFile, OnnxFileNode, OnnxFileTensor } from '../containers/onnx/onnx-file.js';
import { openOnnx } from '../containers/onnx/open-onnx.js';
import { onnxNetwork } from './onnx-network.js';

const names = ['option A, old', 'preactivated, old', 'gated, new', 'flat, new, not optimized'];
/** Graphs of each kind: 400 together, and 20,000 with RESNETJS_THOROUGH=1. */
const numRuns = (process.env.RESNETJS_THOROUGH === '1' ? 20_000 : 400) / names.length;
const maxSeconds = 5;

const sizes = [-(2 ** 53), -(2 ** 31), -3, -2, -1, 0, 1, 2, 3, 7, 1000, 2 ** 20, 2 ** 31, 2 ** 53, 2 ** 62];
const at = fc.nat(10_000);
const change = fc.oneof(
  fc.record({ kind: fc.constant('rewire' as const), at, input: at, to: at }),
  fc.record({ kind: fc.constant('rename' as const), at, to: at }),
  fc.record({ kind: fc.constant('swap' as const), at, to: at }),
  fc.record({ kind: fc.constant('drop' as const), at }),
  fc.record({ kind: fc.constant('operator' as const), at, to: at }),
  fc.record({ kind: fc.constant('attribute' as const), at, input: at, size: fc.constantFrom(...sizes) }),
  fc.record({ kind: fc.constant('tensor' as const), at, input: at, size: fc.constantFrom(...sizes) }),
);
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

const pick = <Value>(values: readonly Value[], index: number) => values[index % values.length] as Value;

function changedNode(node: OnnxFileNode, each: Change, { graph }: OnnxFile): OnnxFileNode {
  const results = ['x', 'images', ...graph.tensors.keys(), ...graph.nodes.flatMap(({ outputs }) => outputs)];
  switch (each.kind) {
    case 'rewire':
      if (node.inputs.length === 0) return node;
      return { ...node, inputs: node.inputs.with(each.input % node.inputs.length, pick(results, each.to)) };
    case 'rename':
      return { ...node, outputs: [pick(results, each.to)] };
    case 'operator':
      return { ...node, type: pick(graph.nodes, each.to).type };
    case 'attribute': {
      const key = pick([...node.attributes.keys(), 'axis', 'axes', 'pads', 'group'], each.input);
      const { ints = [] } = node.attributes.get(key) ?? {};
      const list = ints.length > 0 ? ints.with(each.input % ints.length, each.size) : [each.size];
      return { ...node, attributes: new Map([...node.attributes, [key, { int: each.size, ints: list }]]) };
    }
    default:
      return node;
  }
}

/** A tensor of another size, or with another value. */
function changedTensor(tensor: OnnxFileTensor | string, { input, size }: { input: number; size: number }) {
  if (typeof tensor === 'string') return tensor;
  const { shape, dtype } = tensor;
  if (dtype !== 'I64' || input % 3 === 0) {
    return { ...tensor, shape: shape.length > 0 ? shape.with(input % shape.length, Math.abs(size)) : [1] };
  }
  const read = async () => {
    const values = new BigInt64Array((await tensor.read()).buffer);
    if (values.length > 0) values[input % values.length] = BigInt(size);
    return new Uint8Array(values.buffer);
  };
  return { ...tensor, read };
}

function changed(file: OnnxFile, each: Change): OnnxFile {
  const { nodes, tensors } = file.graph;
  const withGraph = (graph: Partial<OnnxFile['graph']>) => ({ ...file, graph: { ...file.graph, ...graph } });
  if (each.kind === 'tensor') {
    const [key, tensor] = pick([...tensors], each.at);
    return withGraph({ tensors: new Map([...tensors, [key, changedTensor(tensor, each)]]) });
  }
  const index = each.at % nodes.length;
  const own = nodes[index] as OnnxFileNode;
  if (each.kind === 'drop') return withGraph({ nodes: nodes.toSpliced(index, 1) });
  if (each.kind === 'swap') {
    const other = each.to % nodes.length;
    return withGraph({ nodes: nodes.with(index, nodes[other] as OnnxFileNode).with(other, own) });
  }
  return withGraph({ nodes: nodes.with(index, changedNode(own, each, file)) });
}

describe.each(names)('a graph that was changed: %s', (name) => {
  it('is refused, or a network is found', { timeout: 600_000 }, async () => {
    const file = await openOnnx(byteSource(onnxGoldens[name]?.bytes as Uint8Array));
    let [found, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const start = performance.now();
        const result = await onnxNetwork(changes.reduce(changed, file)).catch((error) => error);
        if (result instanceof ResNetError) {
          expect(result).toMatchObject({ code: 'bad-file' });
          refused++;
        } else {
          expect(result).toHaveProperty('network');
          found++;
        }
        expect((performance.now() - start) / 1000).toBeLessThan(maxSeconds);
      }),
      { numRuns, seed: 20151210 },
    );
    expect(Math.min(found, refused)).toBeGreaterThan(0);
  });
});
