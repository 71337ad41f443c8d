import { type Network, parameters, type Shape, shapes, walk } from '@resnetjs/core';
import { badFile } from '../bad-file.js';

/** The maximum size of a parameter, and of one node's result for one image: 1 GiB of float32 values. */
const maxElements = 2 ** 28;

/** Throws `bad-file` for a network from a file, whose layers fit together, with what would exhaust a machine. */
export function checkNetworkSize(network: Network): void {
  const results = shapes(network);
  const sizes = [
    ...results.map((shape) => ({ what: "layer's result", shape })),
    ...parameters(network).map(({ id, shape }) => ({ what: id, shape })),
    ...dilatedKernels(network, results).map((shape) => ({ what: 'dilated kernel', shape })),
  ];
  for (const { what, shape } of sizes) {
    if (shape.reduce((a, b) => a * b, 1) > maxElements) {
      throw badFile(
        `The file's network has a ${what} of [${shape.join(', ')}], more than ${maxElements} values: the file is damaged or malicious.`,
      );
    }
  }
}

/** The shapes of kernels with the gaps of their dilation, which a backend without a kernel for them fills with zeros. */
function dilatedKernels(network: Network, results: readonly Shape[]): readonly Shape[] {
  return walk(network).flatMap(({ op, from }) => {
    if (op.op !== 'conv') return [];
    const channels = results[from[0] ?? 0]?.at(-1) as number;
    const reach = op.kernelSize.map((side, axis) => (side - 1) * (op.dilations[axis] as number) + 1);
    return [[...reach, channels / op.groups, op.filters]];
  });
}
