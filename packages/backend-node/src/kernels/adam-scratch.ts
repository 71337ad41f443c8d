import type { NativeBinding, OperationAttribute } from '../native-binding.js';
import type { attributesFor } from '../operation.js';

/** Three variables of our own for TensorFlow's optimizer to update, since it works in place. */
export interface AdamScratch {
  /** Handles of the variable and its two moments. */
  readonly handles: readonly [number, number, number];
  /** A number as a tensor; the last few are kept for reuse. */
  scalar(value: number): number;
}

const maxScalars = 32;

export function makeAdamScratch(
  binding: NativeBinding,
  attributes: ReturnType<typeof attributesFor>,
): AdamScratch {
  const handle = (name: string): number => {
    const all: OperationAttribute[] = [
      attributes.type('dtype', binding.TF_FLOAT),
      attributes.shape('shape', []),
      attributes.string('container', ''),
      attributes.string('shared_name', `resnetjs adam ${name}`),
    ];
    return binding.executeOp('VarHandleOp', all, [], 1)[0]!.id;
  };
  const scalars = new Map<number, number>();
  return {
    handles: [handle('variable'), handle('first'), handle('second')],
    scalar(value) {
      const known = scalars.get(value);
      if (known !== undefined) return known;
      const [oldest] = scalars;
      if (scalars.size >= maxScalars && oldest !== undefined) {
        scalars.delete(oldest[0]);
        binding.deleteTensor(oldest[1]);
      }
      const id = binding.createTensor([], binding.TF_FLOAT, Float32Array.of(value));
      scalars.set(value, id);
      return id;
    },
  };
}
