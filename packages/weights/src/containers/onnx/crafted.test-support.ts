// Protocol buffers of ONNX files that tests make, well formed or not.

/** A field: a varint, bytes, a text, or a message. */
export type FieldToWrite = readonly [
  field: number,
  value: number | bigint | Uint8Array | string | readonly FieldToWrite[] | { readonly float: number },
];

export function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest /= 128n) bytes.push(Number(rest % 128n) + 128);
  return [...bytes, Number(rest)];
}

/** A message's bytes. */
export function encoded(fields: readonly FieldToWrite[]): Uint8Array<ArrayBuffer> {
  const pieces = fields.flatMap(([field, value]) => {
    if (typeof value === 'number' || typeof value === 'bigint')
      return [[...varint(field * 8), ...varint(value)]];
    if (typeof value === 'object' && 'float' in value) {
      return [varint(field * 8 + 5), new Uint8Array(Float32Array.of(value.float).buffer)];
    }
    const content =
      typeof value === 'string'
        ? new TextEncoder().encode(value)
        : value instanceof Uint8Array
          ? value
          : encoded(value);
    return [[...varint(field * 8 + 2), ...varint(content.length)], content];
  });
  return new Uint8Array(Buffer.concat(pieces.map((piece) => Uint8Array.from(piece))));
}

/** An attribute: whole numbers, a number, a word, or a tensor. */
export type AttributeToWrite =
  | number
  | readonly number[]
  | { readonly float: number }
  | string
  | TensorToCraft;

/** A tensor with F32 or I64 values. */
export interface TensorToCraft {
  readonly name?: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | readonly number[];
}

export const tensor = ({ name = '', shape, values }: TensorToCraft): readonly FieldToWrite[] => {
  const isFloat = values instanceof Float32Array;
  const data = isFloat ? values : BigInt64Array.from(values, BigInt);
  return [
    ...shape.map((size) => [1, size] as const),
    [2, isFloat ? 1 : 7],
    [8, name],
    [9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
  ];
};

/** A node: `['Conv', ['x', 'w'], 'y', { strides: [2, 2] }]`. */
export type NodeToWrite = readonly [
  type: string,
  inputs: readonly string[],
  output: string,
  attributes?: Readonly<Record<string, AttributeToWrite>>,
  other?: readonly FieldToWrite[],
];

const attributeFields = (value: AttributeToWrite): readonly FieldToWrite[] => {
  if (typeof value === 'number') return [[3, value]];
  if (typeof value === 'string') return [[4, value]];
  if ('float' in value) return [[2, value]];
  if ('shape' in value) return [[5, tensor(value)]];
  return value.map((each) => [8, each] as const);
};

export const node = ([
  type,
  inputs,
  output,
  attributes = {},
  other = [],
]: NodeToWrite): readonly FieldToWrite[] => [
  ...inputs.map((input) => [1, input] as const),
  [2, output],
  [4, type],
  ...Object.entries(attributes).map(
    ([name, value]) => [5, [[1, name], ...attributeFields(value)]] as FieldToWrite,
  ),
  ...other,
];

/** What a graph takes or gives; a word stands for any size. */
export const value = (name: string, shape: readonly (number | string)[]): readonly FieldToWrite[] => {
  const sizes = shape.map((size): FieldToWrite => [1, [typeof size === 'number' ? [1, size] : [2, size]]]);
  return [
    [1, name],
    [
      2,
      [
        [
          1,
          [
            [1, 1],
            [2, sizes],
          ],
        ],
      ],
    ],
  ];
};

/** A graph with one input x and one output y. */
export interface GraphToWrite {
  readonly nodes: readonly NodeToWrite[];
  readonly tensors?: readonly TensorToCraft[];
  /** Default: [1, 3, 8, 8]. */
  readonly input?: readonly (number | string)[];
  readonly opset?: number;
  readonly other?: readonly FieldToWrite[];
}

/** The fields of a model. */
export function model({ nodes, tensors = [], input = [1, 3, 8, 8], opset = 18, other = [] }: GraphToWrite) {
  const graph: readonly FieldToWrite[] = [
    ...nodes.map((each) => [1, node(each)] as const),
    [2, 'crafted'],
    ...tensors.map((each) => [5, tensor(each)] as const),
    [11, value('x', input)],
    [12, value('y', [])],
    ...other,
  ];
  return [
    [1, 8],
    [7, graph],
    [8, [[2, opset]]],
  ] as const satisfies readonly FieldToWrite[];
}

/** The bytes of a file with a graph. */
export const onnxWith = (graph: GraphToWrite): Uint8Array<ArrayBuffer> => encoded(model(graph));
