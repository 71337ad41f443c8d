/**
 * The distinct convolutions of ResNet-50 and how often each occurs: { count, batch, size, into, out,
 * filter, stride, pad }. `course` has the stride on a stage's first 1×1 and pools without padding;
 * otherwise the stride is on the 3×3, and the first pooling pads, as in torchvision.
 */
export function resnet50Convolutions({ size, batch, course }) {
  const found = new Map();
  const add = (shape) => {
    const key = JSON.stringify(shape);
    found.set(key, { ...shape, count: (found.get(key)?.count ?? 0) + 1 });
  };
  add({ batch, size: size + 6, into: 3, out: 64, filter: 7, stride: 2, pad: 'valid' });
  let map = course ? Math.floor((size / 2 - 3) / 2) + 1 : size / 4;
  let into = 64;
  for (const [stage, blocks] of [3, 4, 6, 3].entries()) {
    const width = 64 * 2 ** stage;
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const smaller = Math.ceil(map / stride);
      const one = { batch, filter: 1, pad: 'valid' };
      const three = { batch, into: width, out: width, filter: 3, pad: 'same' };
      if (block === 0) add({ ...one, size: map, into, out: 4 * width, stride });
      add({ ...one, size: map, into, out: width, stride: course ? stride : 1 });
      if (course) add({ ...three, size: smaller, stride: 1 });
      else add({ ...three, size: map, stride, pad: stride === 1 ? 'same' : 1 });
      add({ ...one, size: smaller, into: width, out: 4 * width, stride: 1 });
      map = smaller;
      into = 4 * width;
    }
  }
  return [...found.values()];
}

export function outputSize({ size, filter, stride, pad }) {
  if (pad === 'same') return Math.ceil(size / stride);
  return Math.floor((size + (pad === 'valid' ? 0 : 2 * pad) - filter) / stride) + 1;
}

/** Twice the multiply-adds. */
export function flops(shape) {
  return 2 * shape.batch * outputSize(shape) ** 2 * shape.into * shape.out * shape.filter ** 2;
}
