import {
  type Conv,
  type Network,
  type ParameterId,
  parameters,
  type Role,
  type Shape,
  type Site,
  siteName,
  walk,
} from '@resnetjs/core';
import { kerasGraph, type KerasGraph, type ParseKerasOptions } from './keras-graph.js';
import { kerasTopology } from './keras-topology.js';
import type { Rescaling } from './rescaling.js';
import { residualNetwork } from './residual-network.js';

/** A layer of Keras with variables. */
export interface KerasLayerParameters {
  /** Its name; of one inside an inner model, with the model's before: `resnet/conv1`. */
  readonly name: string;
  /** `Conv2D`, `DepthwiseConv2D`, `BatchNormalization` or `Dense`. */
  readonly className: string;
  /** In the order of Keras's variables: kernel, bias, or gamma, beta, moving_mean, moving_variance. */
  readonly parameters: readonly {
    readonly id: ParameterId;
    readonly role: Role;
    /** The variable's in Keras; its values, row-major, are those of the parameter. */
    readonly shape: Shape;
  }[];
}

/** A network from a Keras model's configuration. */
export interface KerasNetwork {
  /** With the names of its layers. Its name is `file/` and the model's. */
  readonly network: Network;
  /** Every layer with variables, in the order of computation. */
  readonly layers: readonly KerasLayerParameters[];
  /**
   * What a Rescaling or Normalization layer does to the pixels before the network, channel by channel: pixel · scale +
   * offset. Null without one.
   */
  readonly rescaling: Rescaling | null;
  /** How many layers have settings that matter in training only, by setting: `kernel_regularizer`, `trainable`. */
  readonly ignored: ReadonlyMap<string, number>;
}

/**
 * Finds the network in a Keras model's configuration: `config.json` of a `.keras` file, or the attribute `model_config` of an
 * `.h5` file, as parsed JSON. It may be functional or sequential, of Keras 2 or 3. A softmax at its end becomes the dense
 * layer's, and `forward` gives logits. Throws `bad-file`, naming the first layer that a residual network doesn't have.
 *
 * @example
 * ```ts
 * const { network, layers } = parseKerasConfig(JSON.parse(text));
 * layers[0]; // { name: 'conv1_conv', className: 'Conv2D', parameters: [{ id: 'stem.1.kernel', … }, …] }
 * ```
 */
export function parseKerasConfig(config: unknown, options: ParseKerasOptions = {}): KerasNetwork {
  const topology = kerasTopology(config);
  const { graph, sources, rescaling } = kerasGraph(topology, options);
  const { network, nodes } = residualNetwork(graph);
  return {
    network,
    layers: layersOf(network, nodes, sources),
    rescaling,
    ignored: topology.ignored,
  };
}

/** Every layer with variables, and where they stand in the network. */
function layersOf(
  network: Network,
  nodes: readonly number[],
  sources: KerasGraph['sources'],
): readonly KerasLayerParameters[] {
  const bySite = new Map<string, { id: ParameterId; role: Role; shape: Shape; site: Site }[]>();
  for (const { id, role, shape, site } of parameters(network)) {
    const own = bySite.get(siteName(site)) ?? [];
    own.push({ id, role, shape, site });
    bySite.set(siteName(site), own);
  }
  return walk(network).flatMap(({ site, op }, index) => {
    const layer = sources.get(nodes[index] as number);
    if (layer === undefined) return [];
    const own = bySite.get(siteName(site)) ?? [];
    return [
      {
        name: layer.name,
        className: layer.className,
        parameters: own.map(({ id, role, shape }) => ({
          ...{ id, role },
          shape: role === 'kernel' ? kernelShape(layer.className, op as Conv, shape) : shape,
        })),
      },
    ];
  });
}

/** A kernel's shape in Keras: values, row-major, are the same. */
function kernelShape(className: string, { filters, groups }: Conv, ours: Shape): Shape {
  if (className === 'DepthwiseConv2D') return [...ours.slice(0, 2), groups, filters / groups];
  return className === 'Dense' ? ours.slice(-2) : ours;
}
