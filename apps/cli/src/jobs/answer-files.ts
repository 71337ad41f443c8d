import { extname } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import type { Job } from './job.js';
import type { AnswerLine } from './partial-answers.js';

/** How many lines, and how long vectors are, before any is written. */
export interface AnswerCounts {
  readonly answered: number;
  readonly failed: number;
  /** Of an embedding. */
  readonly vectorLength: number;
}

/** A format of answers. */
export interface AnswerFormat {
  /** The file, from its lines in their order. */
  encode(lines: AsyncIterable<AnswerLine>, counts: AnswerCounts): AsyncIterable<Uint8Array>;
  /** Whether the file itself names each image; otherwise a list of their names is beside it. */
  readonly namesImages: boolean;
}

interface CsvOptions {
  /** Classes of each image. */
  readonly top: number;
}

const utf8 = (text: string) => Buffer.from(text);
const partBytes = 2 ** 20;

/** JSON lines: what is kept of each image. */
export const jsonLines: AnswerFormat = {
  namesImages: true,
  encode: (lines) => inParts(lines, (line) => utf8(`${JSON.stringify(line)}\n`)),
};

/** A table (RFC 4180): each image's most probable classes, the first first, and why an image has none. */
export const csv = ({ top }: CsvOptions): AnswerFormat => ({
  namesImages: true,
  encode: (lines) => inParts(lines, csvRow(top), utf8(csvHead(top))),
});

function csvHead(top: number): string {
  const columns = Array.from({ length: top }, (_, i) => (i === 0 ? '' : `_${i + 1}`));
  return csvLine(['image', ...columns.flatMap((end) => [`class${end}`, `probability${end}`]), 'error']);
}

const csvRow = (top: number) => (line: AnswerLine) => {
  const { predictions = [] } = line;
  const cells = Array.from({ length: top }, (_, i) => predictions[i]).flatMap((each) =>
    each === undefined ? ['', ''] : [each.class, String(each.probability)],
  );
  return utf8(csvLine([line.image, ...cells, line.error ?? '']));
};

export const csvLine = (cells: readonly unknown[]): string =>
  `${cells.map((cell) => csvCell(String(cell))).join(',')}\n`;
const csvCell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** NumPy's format 1.0: [images, features] of those that could be read. */
export const npy: AnswerFormat = {
  namesImages: false,
  encode: (lines, { answered, vectorLength }) => {
    const head = `{'descr': '<f4', 'fortran_order': False, 'shape': (${answered}, ${vectorLength}), }`;
    const padded = `${head.padEnd(64 * Math.ceil((head.length + 11) / 64) - 11)}\n`;
    const size = Buffer.alloc(2);
    size.writeUInt16LE(padded.length);
    return inParts(
      lines,
      vectorOf,
      Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), size, Buffer.from(padded, 'latin1')]),
    );
  },
};

/** A tensor `vectors` [images, features] of those that could be read. */
export const safetensors: AnswerFormat = {
  namesImages: false,
  encode: (lines, { answered, vectorLength }) => {
    const shape = [answered, vectorLength];
    const tensor = { dtype: 'F32', shape, data_offsets: [0, 4 * answered * vectorLength] };
    const head = JSON.stringify({ vectors: tensor });
    const padded = utf8(head.padEnd(8 * Math.ceil(head.length / 8)));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(padded.length));
    return inParts(lines, vectorOf, Buffer.concat([size, padded]));
  },
};

const vectorOf = ({ vector = '' }: AnswerLine) => Buffer.from(vector, 'base64');

/** What a command's answers can be written as, by a path's extension. */
export const formatsOf = {
  predict: ({ top }: Job['options']) => ({ '.csv': csv({ top: Number(top) }), '.jsonl': jsonLines }),
  embed: () => ({ '.npy': npy, '.safetensors': safetensors, '.jsonl': jsonLines }),
} as const satisfies Record<
  Job['command'],
  (options: Job['options']) => Readonly<Record<string, AnswerFormat>>
>;

/** The format that a path's extension means, of those that the command writes. Throws `bad-option`. */
export function formatOf(out: string, formats: Readonly<Record<string, AnswerFormat>>): AnswerFormat {
  const extension = extname(out).toLowerCase();
  const found = formats[extension];
  if (found !== undefined) return found;
  const names = Object.keys(formats).join(', ');
  const message = `--out ${out}: its extension says the format, and must be one of ${names}.`;
  throw new ResNetError('bad-option', message, { out });
}

async function* inParts(
  lines: AsyncIterable<AnswerLine>,
  encode: (line: AnswerLine) => Buffer,
  head = Buffer.alloc(0),
): AsyncGenerator<Uint8Array, void, void> {
  let parts: Uint8Array[] = [head];
  let bytes = head.length;
  for await (const line of lines) {
    const part = encode(line);
    parts.push(part);
    bytes += part.length;
    if (bytes < partBytes) continue;
    yield Buffer.concat(parts);
    [parts, bytes] = [[], 0];
  }
  yield Buffer.concat(parts);
}
