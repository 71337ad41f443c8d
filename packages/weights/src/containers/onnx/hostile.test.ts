// ONNX files that were made to mislead their reader: each is refused with its reason, soon, and without much memory.
import { describe, expect, it } from 'vitest';
import { onnxNetwork } from '../../graph/onnx-network.js';
import { countedSource } from '../hdf5/files.test-support.js';
import {
  encoded,
  type FieldToWrite,
  model,
  type NodeToWrite,
  onnxWith,
  varint,
} from './crafted.test-support.js';
import { openOnnx } from './open-onnx.js';

const read = async (bytes: Uint8Array) => onnxNetwork(await openOnnx(countedSource(bytes)));

async function expectRefused(bytes: Uint8Array, reason: string | RegExp) {
  const reading = read(bytes);
  await expect(reading).rejects.toThrow(reason);
  await expect(reading).rejects.toMatchObject({ code: 'bad-file' });
}

const relu: NodeToWrite = ['Relu', ['x'], 'y'];
/** A graph with more fields. */
const withFields = (...other: readonly FieldToWrite[]) => encoded(model({ nodes: [relu], other }));
const tensorOf = (...fields: readonly FieldToWrite[]) => withFields([5, [[8, 't'], ...fields]]);
const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const floats = (count: number) => new Uint8Array(4 * count);

describe('the bytes of an ONNX file', () => {
  it.each<[string, Uint8Array, string | RegExp]>([
    ['a number of eleven bytes', bytes(0x08, ...Array(10).fill(0x80), 0x01), 'has more than 64 bits'],
    ['a number that does not end', bytes(0x08, 0xff), 'reaches beyond its message'],
    ['a length beyond its message', bytes(0x3a, 0x05, 0x0a), 'is 5 bytes long, and 1 follow'],
    ['a length of 2^63', bytes(0x3a, ...varint(2n ** 63n)), /bytes long, and 0 follow/],
    ['a length of 2^64 - 1', bytes(0x3a, ...varint(-1)), /bytes long, and 0 follow/],
    ['a field 0', bytes(0x02, 0x00), 'begins no field'],
    ['a group', bytes(0x0b, 0x0c), "of a kind that ONNX doesn't have"],
    ['a number in the place of a graph', bytes(0x38, 0x01), 'a number for a message'],
    ['no graph', encoded([[1, 8]]), 'has no graph'],
    ['two graphs', encoded([...model({ nodes: [] }), [7, []]]), 'has two graphs'],
    ['no version of operators', encoded(model({ nodes: [] }).slice(0, 2)), "doesn't say which version"],
    ['a text that is not UTF-8', withFields([2, bytes(0xff, 0xfe)]), 'is not UTF-8'],
    ['a text that is a number', withFields([2, 5]), 'a number for a text'],
    ['a text of five megabytes', withFields([2, new Uint8Array(5 * 2 ** 20)]), 'a text of 5242880 bytes'],
    ['sparse tensors', withFields([15, []]), 'sparse tensors'],
  ])('%s', (_, file, reason) => expectRefused(file, reason));

  it('that end too early, wherever', async () => {
    const file = onnxWith({
      nodes: [['Conv', ['x', 'w'], 'y']],
      tensors: [{ name: 'w', shape: [1, 3, 1, 1], values: Float32Array.of(1, 2, 3) }],
    });
    await expect(read(file)).resolves.toBeDefined();
    for (let end = 0; end < file.length; end++) {
      await expect(read(file.subarray(0, end))).rejects.toMatchObject({ code: 'bad-file' });
    }
  });

  it('of too many nodes, inputs or results, all empty', { timeout: 60_000 }, async () => {
    const many = (field: number, count: number) =>
      new Uint8Array(2 * count).map((_, at) => (at % 2 === 0 ? field * 8 + 2 : 0));
    for (const field of [1, 11, 12]) {
      await expectRefused(encoded([[7, many(field, 100_001)]]), 'more than 100000 nodes');
    }
    await expectRefused(encoded([[7, many(5, 2)]]), 'two tensors ""');
    await expectRefused(encoded([[7, [[1, many(1, 2000)]]]]), 'too many inputs');
  });

  it.skipIf(process.env.RESNETJS_THOROUGH !== '1')('of millions of fields', { timeout: 60_000 }, async () => {
    const fields = new Uint8Array(2 * 2 ** 22).map((_, at) => (at % 2 === 0 ? 0x48 : 1));
    await expectRefused(fields, 'more than 2097152 fields');
  });
});

describe('the tensors of an ONNX file', () => {
  it.each<[string, Uint8Array, string | RegExp]>([
    ['a negative size', tensorOf([1, -1], [2, 1]), 'has the shape [-1]'],
    ['a size of 2^63', tensorOf([1, 2n ** 63n - 1n], [2, 1]), 'has the shape'],
    [
      'sizes whose product is beyond all numbers',
      tensorOf([1, 2 ** 30], [1, 2 ** 30], [2, 1]),
      'has the shape',
    ],
    ['too many axes', tensorOf(...Array.from({ length: 17 }, () => [1, 1] as const)), 'more than 16 axes'],
    ['values that are too few', tensorOf([1, 3], [2, 1], [9, floats(2)]), 'take 8 bytes, and not 12'],
    ['values that are too many', tensorOf([1, 3], [2, 1], [9, floats(4)]), 'take 16 bytes, and not 12'],
    ['no values', tensorOf([1, 2 ** 40], [2, 1]), 'has no values'],
    ['values of another type', tensorOf([1, 2], [2, 1], [7, 1], [7, 1]), 'has no values'],
    ['values in another file', tensorOf([1, 2], [2, 1], [14, 1]), /external_data=False/],
    ['two of one name', withFields([5, [[8, 't']]], [5, [[8, 't']]]), 'two tensors "t"'],
    [
      'a list of sizes that is too long',
      tensorOf([1, new Uint8Array(70_000)], [2, 1]),
      'a list of 70000 bytes',
    ],
  ])('%s', (_, file, reason) => expectRefused(file, reason));

  it('whose packed values are not as many as they should be', async () => {
    for (const values of [floats(2), floats(4), new Uint8Array(13)]) {
      const file = await openOnnx(countedSource(tensorOf([1, 3], [2, 1], [4, values])));
      await expect(file.read('t')).rejects.toMatchObject({ code: 'bad-file' });
    }
  });
});

describe('the graph of an ONNX file', () => {
  const constant = (name: string, values: readonly number[], shape = [values.length]): FieldToWrite => [
    5,
    [
      ...shape.map((size) => [1, size] as const),
      [2, 7],
      [8, name],
      [9, new Uint8Array(BigInt64Array.from(values, BigInt).buffer)],
    ],
  ];
  const graph = (nodes: readonly NodeToWrite[], ...other: readonly FieldToWrite[]) =>
    encoded(model({ nodes, other }));

  it.each<[string, Uint8Array, string | RegExp]>([
    [
      'a tensor of 2^40 values as weights',
      graph(
        [
          ['ConstantOfShape', ['s'], 'w'],
          ['Conv', ['x', 'w'], 'y'],
        ],
        constant('s', [2 ** 20, 3, 2 ** 9, 2 ** 9]),
      ),
      /too small|more than/,
    ],
    [
      'a tensor of negative size',
      graph([['ConstantOfShape', ['s'], 'y']], constant('s', [-1])),
      'makes a tensor of [-1]',
    ],
    [
      'a tensor beyond all numbers',
      graph([['ConstantOfShape', ['s'], 'y']], constant('s', [2 ** 40, 2 ** 40])),
      'makes a tensor of',
    ],
    [
      'two open sizes',
      graph([['Reshape', ['x', 's'], 'y']], constant('s', [-1, -1])),
      'reshapes [1, 3, 8, 8] to [-1, -1]',
    ],
    ['a size of -2', graph([['Reshape', ['x', 's'], 'y']], constant('s', [-2, -96])), 'reshapes'],
    ['a part of a size', graph([['Reshape', ['x', 's'], 'y']], constant('s', [-1, 5])), 'reshapes'],
    [
      'an open size beside 0',
      graph([['Reshape', ['x', 's'], 'y', { allowzero: 1 }]], constant('s', [-1, 0])),
      'reshapes',
    ],
    [
      'a shape of many values',
      graph([['Reshape', ['x', 's'], 'y']], constant('s', Array(5000).fill(1))),
      '5000 values',
    ],
    [
      'steps of 0',
      graph([['Slice', ['x', 's', 'e', 's', 's'], 'y']], constant('s', [0]), constant('e', [1])),
      'in steps of 0',
    ],
    ['an axis beyond all', graph([['Unsqueeze', ['x', 's'], 'y']], constant('s', [2 ** 40])), 'names axis'],
    ['a constant from itself', graph([['Identity', ['y'], 'y']]), 'nothing before it gives'],
    [
      'a range without an end',
      graph([['Range', ['a', 'b', 'a'], 'y']], constant('a', [0], []), constant('b', [5], [])),
      'makes Infinity numbers',
    ],
    [
      'no result',
      encoded([
        [1, 8],
        [
          7,
          [
            [
              1,
              [
                [2, 'y'],
                [4, 'Relu'],
              ],
            ],
          ],
        ],
        [8, [[2, 18]]],
      ]),
      'gives 0 results',
    ],
    ['two inputs', withFields([11, [[1, 'z']]]), /takes 2 inputs.*"x", "z"/],
    ['two results', withFields([12, [[1, 'z']]]), 'gives 2 results'],
    [
      'a result that no image reaches',
      graph([['Identity', ['s'], 'y']], constant('s', [1])),
      'depends on no image',
    ],
    ['old operators', encoded([...model({ nodes: [relu] }).slice(0, 2), [8, [[2, 6]]]]), 'version 6'],
    [
      'channels by the million',
      encoded([
        [1, 8],
        [
          7,
          [
            [
              1,
              [
                [1, 'x'],
                [2, 'y'],
                [4, 'Relu'],
              ],
            ],
            [
              11,
              [
                [1, 'x'],
                [
                  2,
                  [
                    [
                      1,
                      [
                        [1, 1],
                        [2, [1, 2 ** 30, 8, 8].map((size) => [1, [[1, size]]] as FieldToWrite)],
                      ],
                    ],
                  ],
                ],
              ],
            ],
            [12, [[1, 'y']]],
          ],
        ],
        [8, [[2, 18]]],
      ]),
      'not valid',
    ],
  ])('%s', (_, file, reason) => expectRefused(file, reason));

  it('that doubles a constant again and again', async () => {
    const doubling = Array.from(
      { length: 64 },
      (_, index): NodeToWrite => ['Concat', [`c${index}`, `c${index}`], `c${index + 1}`, { axis: 0 }],
    );
    await expectRefused(
      graph([...doubling, ['Reshape', ['x', 'c64'], 'y']], constant('c0', [1, 2])),
      'joins 8192 values',
    );
  });

  it('with thousands of layers one after another', { timeout: 60_000 }, async () => {
    const chain = (type: string, count: number) =>
      Array.from(
        { length: count },
        (_, index): NodeToWrite => [
          type,
          [index === 0 ? 'x' : `n${index}`],
          index === count - 1 ? 'y' : `n${index + 1}`,
        ],
      );
    await expect(read(graph(chain('Identity', 5_000)))).resolves.toMatchObject({ network: { stem: [] } });
    const constants = chain('Transpose', 5_000).map(
      ([type, [input], output]): NodeToWrite => [type, [input === 'x' ? 's' : (input as string)], output],
    );
    await expectRefused(graph(constants, constant('s', [1, 2])), 'rearranges a tensor more than 16 times');
  });
});
