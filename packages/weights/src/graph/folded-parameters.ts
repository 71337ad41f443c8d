import {
  type Conv,
  type Network,
  type NetworkNode,
  type Norm,
  type Op,
  type Parameter,
  parameterId,
  parameters,
  type Role,
  type Shape,
  walk,
} from '@resnetjs/core';

type Values = Float32Array<ArrayBuffer>;

/** A parameter of a node in our layout, row-major. */
export interface NodeParameter {
  readonly shape: Shape;
  values(): Promise<Values>;
}

/** Normalizations that alone take a convolution's result, by the convolution: indices in `walk(network)`. */
export function foldableNorms(nodes: readonly NetworkNode[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  nodes.forEach(({ op, from: [before = 0] }, index) => {
    const takers = nodes.filter(({ from }) => from.includes(before));
    if (op.op === 'norm' && nodes[before]?.op.op === 'conv' && takers.length === 1) found.set(before, index);
  });
  return found;
}

/**
 * The parameters of nodes, by their index in `walk(network)`: of convolutions with the normalization that is folded into them,
 * if `folds` has one, else as they are. What `foldBatchNorm` computes, without tensors, in float64.
 */
export function foldedParameters(
  network: Network,
  folds: ReadonlyMap<number, number>,
  read: (parameter: Parameter) => Promise<Values>,
): (index: number, role: Role) => NodeParameter {
  const nodes = walk(network);
  const byId = new Map(parameters(network).map((parameter) => [parameter.id, parameter]));
  const parameterOf = (index: number, role: Role) =>
    byId.get(parameterId((nodes[index] as NetworkNode).site, role)) as Parameter;
  const opOf = <Kind extends Op>(index: number) => (nodes[index] as NetworkNode).op as Kind;
  const own = (index: number, role: Role) => read(parameterOf(index, role));

  /** scale / √(variance + epsilon), for each channel. */
  const factorsOf = async (norm: number) => {
    const { epsilon } = opOf<Norm>(norm);
    const [scale, variance] = [await own(norm, 'scale'), await own(norm, 'variance')];
    return Float64Array.from(scale, (each, at) => each / Math.sqrt((variance[at] as number) + epsilon));
  };
  /** (bias − mean) · factor + offset. */
  const foldedBias = async (conv: number, norm: number) => {
    const factors = await factorsOf(norm);
    const [mean, offset] = [await own(norm, 'mean'), await own(norm, 'offset')];
    const { bias: hasBias } = opOf<Conv>(conv);
    const bias = hasBias ? await own(conv, 'bias') : new Float32Array(mean.length);
    return Float32Array.from(factors, (factor, at) => {
      return ((bias[at] as number) - (mean[at] as number)) * factor + (offset[at] as number);
    });
  };
  /** A kernel [kernelHeight, kernelWidth, in / groups, out] with each output channel times its factor. */
  const foldedKernel = async (conv: number, norm: number) => {
    const factors = await factorsOf(norm);
    const kernel = await own(conv, 'kernel'); // which may be a backend's own memory
    return kernel.map((value, at) => value * (factors[at % factors.length] as number));
  };
  return (index, role) => {
    const norm = folds.get(index);
    if (norm === undefined) return { shape: parameterOf(index, role).shape, values: () => own(index, role) };
    return role === 'kernel'
      ? { shape: parameterOf(index, role).shape, values: () => foldedKernel(index, norm) }
      : { shape: parameterOf(norm, 'offset').shape, values: () => foldedBias(index, norm) };
  };
}
