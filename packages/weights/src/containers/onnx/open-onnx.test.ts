import { describe, expect, it } from 'vitest';
import { byteSource } from '../../byte-source.js';
import { floatValues } from '../../float-values.js';
import { encoded, type FieldToWrite, model, onnxWith, varint } from './crafted.test-support.js';
import { onnxGoldens } from './files.test-support.js';
import { openOnnx } from './open-onnx.js';

const tensorsFile = onnxGoldens.tensors?.bytes as Uint8Array<ArrayBuffer>;
const opened = (bytes: Uint8Array) => openOnnx(byteSource(bytes));

/** A file with one tensor `t`, of these fields. */
async function readTensor(fields: readonly FieldToWrite[]) {
  const file = await opened(encoded(model({ nodes: [], other: [[5, [...fields, [8, 't']]]] })));
  return file.read('t');
}

describe('the tensors of an ONNX file', () => {
  it('have their types, raw and in the field of their type', async () => {
    const file = await opened(tensorsFile);
    const types = {
      ...{ FLOAT: 'F32', UINT8: 'U8', INT8: 'I8', UINT16: 'U16', INT16: 'I16', INT32: 'I32', INT64: 'I64' },
      ...{ BOOL: 'BOOL', FLOAT16: 'F16', DOUBLE: 'F64', UINT32: 'U32', UINT64: 'U64', BFLOAT16: 'BF16' },
    };
    for (const [name, dtype] of Object.entries(types)) {
      expect([name, file.tensors.get(`${name} raw`)]).toEqual([name, { dtype, shape: [2, 2] }]);
      expect(file.tensors.get(`${name} typed`)).toEqual({ dtype, shape: [2, 2] });
      const raw = await file.read(`${name} raw`);
      expect([name, await file.read(`${name} typed`)]).toEqual([name, raw]);
      if (dtype.includes('F')) expect([...floatValues(name, dtype as 'F32', raw)]).toEqual([0, 1, 2, 120]);
    }
    expect([...new BigInt64Array((await file.read('negative')).buffer)]).toEqual([
      ...[-1n, -(2n ** 63n), 2n ** 63n - 1n],
    ]);
    expect(await file.read('empty')).toHaveLength(0);
    expect(file.tensors.has('texts')).toBe(false);
    expect(file.graph.tensors.get('texts')).toBe('texts');
    await expect(file.read('nothing')).rejects.toMatchObject({ code: 'unknown-name' });
  });

  it('may have their values packed, one by one, and in several pieces', async () => {
    const float = (value: number) => new Uint8Array(Float32Array.of(value).buffer);
    const packed: FieldToWrite = [4, new Uint8Array([...float(1), ...float(2)])];
    const expected = new Uint8Array(Float32Array.of(1, 2, 3).buffer);
    expect(await readTensor([[1, 3], [2, 1], packed, [4, { float: 3 }]])).toEqual(expected);
    expect(
      await readTensor([
        [1, 3],
        [2, 1],
        [4, { float: 1 }],
        [4, { float: 2 }],
        [4, { float: 3 }],
      ]),
    ).toEqual(expected);
    const halves = await readTensor([
      [1, 2],
      [2, 10],
      [5, new Uint8Array(varint(0x3c00))],
      [5, 0xc000],
    ]);
    expect([...floatValues('t', 'F16', halves)]).toEqual([1, -2]);
    expect(
      await readTensor([
        [1, new Uint8Array([1, 2])],
        [2, 3],
        [5, -1],
        [5, 5],
      ]),
    ).toEqual(Uint8Array.of(255, 5));
  });

  it('are not read before they are asked for', async () => {
    const shape = [256, 1024];
    const values = new Float32Array((shape[0] as number) * 1024).fill(1);
    const bytes = onnxWith({
      nodes: [],
      tensors: [
        { name: 'a', shape, values },
        { name: 'b', shape, values },
      ],
    });
    let read = 0;
    const source = byteSource(bytes);
    const file = await openOnnx({
      size: source.size,
      read(start, end) {
        read += end - start;
        return source.read(start, end);
      },
    });
    expect(read).toBeLessThan(100_000);
    expect(await file.read('b')).toHaveLength(2 ** 20);
    expect(read).toBeLessThan(2 ** 20 + 100_000);
  });
});

describe('an ONNX file', () => {
  it('says what it is', async () => {
    const file = await opened(tensorsFile);
    expect(Object.fromEntries(file.metadata)).toMatchObject({
      ...{ producer_name: 'onnx', opset: '17', author: 'a', licence: 'b' },
    });
    expect(file.opset).toBe(17);
  });

  it('has nodes with their attributes', async () => {
    const file = await opened(
      onnxWith({
        nodes: [
          [
            'Conv',
            ['x', '', 'b'],
            'y',
            { strides: [2, -1], group: 3, auto_pad: 'VALID', alpha: { float: 0.5 } },
          ],
        ],
        input: ['batch', 3, -1, 8],
      }),
    );
    const [first] = file.graph.nodes;
    expect(first).toMatchObject({
      name: 'y',
      type: 'Conv',
      domain: '',
      inputs: ['x', '', 'b'],
      outputs: ['y'],
    });
    expect(Object.fromEntries(first?.attributes ?? [])).toEqual({
      ...{
        strides: { ints: [2, -1] },
        group: { int: 3 },
        auto_pad: { text: 'VALID' },
        alpha: { float: 0.5 },
      },
    });
    expect(file.graph.inputs).toEqual([{ name: 'x', shape: [null, 3, null, 8] }]);
  });

  it('gives its tensors as no inputs, though it lists them among these', async () => {
    const weights = { name: 'w', shape: [1], values: Float32Array.of(1) };
    const other: FieldToWrite = [11, [[1, 'w']]];
    const file = await opened(onnxWith({ nodes: [], tensors: [weights], other: [other] }));
    expect(file.graph.inputs.map(({ name }) => name)).toEqual(['x']);
  });
});
