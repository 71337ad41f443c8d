import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type PackedProgram, run } from './program.js';

/** The shape [rows, width, channels] whose rows and columns are summed per channel. */
export interface ChannelRows {
  readonly rows: number;
  readonly width: number;
  readonly channels: number;
}

/** A number of fragments that keeps a GPU busy. */
const enoughFragments = 4096;

/** The term to sum: GLSL `vec4 term(int row, int column, int c)`, and the tensors that it reads. */
interface Term {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly code: string;
}

/**
 * The sum of a term over all rows and columns, divided by `divisor`: [channels]. Pairs of columns, then rows, then parts are
 * summed separately, so that long sums stay exact.
 */
export function sumPerChannel(
  backend: MathBackendWebGL,
  sums: ChannelRows,
  term: Term,
  divisor = 1,
): TensorInfo {
  const { rows, channels } = sums;
  const parts = Math.max(1, Math.min(rows, Math.ceil(enoughFragments / Math.ceil(channels / 2))));
  const partial = run(backend, partialSums(sums, parts, term), Object.values(term.inputs));
  const total = run(backend, totals(channels, parts, divisor), [partial]);
  backend.disposeIntermediateTensorInfo(partial);
  return total;
}

/** Sums of the parts: [parts, 2, channels], with the even columns in the first row and the odd ones in the second. */
function partialSums({ rows, width, channels }: ChannelRows, parts: number, term: Term): PackedProgram {
  const rowsInPart = Math.ceil(rows / parts);
  return {
    name: 'PartialSums',
    inputs: Object.keys(term.inputs),
    outputShape: [parts, 2, channels],
    code: `
    ${term.code}
    void main() {
      ivec3 rc = getOutputCoords();
      int last = min((rc.x + 1) * ${rowsInPart}, ${rows});
      vec4 total = vec4(0.0);
      for (int row = rc.x * ${rowsInPart}; row < last; row++) {
        vec4 sum = vec4(0.0);
        for (int column = 0; column < ${width}; column += 2) {
          vec4 t = term(row, column, rc.z);
          ${width % 2 === 0 ? '' : `if (column + 1 >= ${width}) t.zw = vec2(0.0);`}
          sum += t;
        }
        total += sum;
      }
      setOutput(total);
    }`,
  };
}

/** The sum of all parts: [channels]. */
function totals(channels: number, parts: number, divisor: number): PackedProgram {
  return {
    name: 'Sums',
    inputs: ['parts'],
    outputShape: [channels],
    code: `
    void main() {
      int c = getOutputCoords();
      vec4 total = vec4(0.0);
      for (int part = 0; part < ${parts}; part++) total += getParts(part, 0, c);
      vec2 sum = (total.xy + total.zw) / ${glslFloat(divisor)};
      ${channels % 2 === 0 ? '' : `if (c + 1 >= ${channels}) sum.y = 0.0;`}
      setOutput(vec4(sum, 0.0, 0.0));
    }`,
  };
}

/** A number as a GLSL float literal, which takes a point or an exponent. */
export function glslFloat(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
