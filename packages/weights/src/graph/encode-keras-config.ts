import {
  type DialectName,
  type Network,
  orderByDepth,
  type Parameter,
  parameters,
  siteName,
  walk,
} from '@resnetjs/core';
import { identifier, kerasLayersOf, type LayerToWrite } from './encode-keras-layers.js';
import type { KerasLayerParameters } from './keras-config.js';

/** A network as a Keras model's configuration. */
export interface KerasConfig {
  /** JSON, as `config.json` of a `.keras` file holds it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Every layer with variables, in Keras's order of layers. */
  readonly layers: readonly KerasLayerParameters[];
}

/** Options of `kerasConfig`. */
export interface KerasConfigOptions {
  /** The dialect that names the layers. Default: as in `layerNames`. A character that Keras doesn't take becomes _. */
  readonly dialect?: DialectName;
}

/**
 * A network as the configuration of a functional model of Keras 3, of stock layers alone. With the network's variables the
 * model computes what `forward` does, and the softmax, if its dense layer names one. Padding in pixels becomes ZeroPadding2D
 * layers where neither 'same' nor 'valid' is equal; channels of zeros (option A) are added between two Permute layers. In
 * training, running variances are Keras's, biased. Throws `shape-mismatch`, and `bad-option` for a layer that Keras has no equal
 * of, naming it.
 *
 * @example
 * ```ts
 * const { config, layers } = kerasConfig(createNetwork('resnet50'));
 * JSON.stringify(config); // for keras.models.model_from_json
 * layers[0]; // { name: 'conv1', className: 'Conv2D', parameters: [{ id: 'stem.0.kernel', … }] }
 * ```
 */
export function kerasConfig(network: Network, options: KerasConfigOptions = {}): KerasConfig {
  const computed = kerasLayersOf(network, options.dialect);
  const layers = inKerasOrder(computed);
  return {
    config: {
      module: 'keras.src.models.functional',
      class_name: 'Functional',
      config: {
        name: identifier(network.name.replace(/^file\//, '')),
        trainable: true,
        layers: serialized(layers),
        input_layers: [computed[0]?.name, 0, 0],
        output_layers: [computed.at(-1)?.name, 0, 0],
      },
      registered_name: 'Functional',
      build_config: { input_shape: null },
    },
    layers: withVariables(network, layers),
  };
}

/** The order of a Keras model's layers. */
export function inKerasOrder(layers: readonly LayerToWrite[]): readonly LayerToWrite[] {
  const places = new Map(layers.map(({ name }, index) => [name, index]));
  const inputs = layers.map((layer) => layer.inputs.map((name) => places.get(name) as number));
  return orderByDepth(inputs).map((index) => layers[index] as LayerToWrite);
}

const float32 = {
  ...{ module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null },
};

function serialized(layers: readonly LayerToWrite[]): readonly unknown[] {
  const shapes = new Map(layers.map(({ name, shape }) => [name, shape]));
  const tensor = (name: string) => ({
    class_name: '__keras_tensor__',
    config: {
      shape: [null, ...(shapes.get(name) ?? [])],
      dtype: 'float32',
      keras_history: [name, 0, 0],
    },
  });
  return layers.map(({ name, className, settings, inputs }) => {
    const tensors = inputs.map(tensor);
    const own =
      className === 'InputLayer'
        ? { ...settings, dtype: 'float32', name }
        : { name, trainable: true, dtype: float32, ...settings };
    return {
      ...{ module: 'keras.layers', class_name: className, config: own, registered_name: null, name },
      inbound_nodes:
        tensors.length === 0 ? [] : [{ args: [tensors.length === 1 ? tensors[0] : tensors], kwargs: {} }],
    };
  });
}

/** The layer of a node with parameters is the last of its layers, and the only one with variables. */
const classesWithVariables = ['Conv2D', 'BatchNormalization', 'Dense'];

export function withVariables(
  network: Network,
  layers: readonly LayerToWrite[],
): readonly KerasLayerParameters[] {
  const bySite = new Map<string, Parameter[]>();
  for (const parameter of parameters(network)) {
    const site = siteName(parameter.site);
    bySite.set(site, [...(bySite.get(site) ?? []), parameter]);
  }
  const nodes = walk(network);
  return layers
    .filter(({ className }) => classesWithVariables.includes(className))
    .map(({ name, className, node }) => {
      const own = bySite.get(siteName(nodes[node]?.site ?? { part: 'input' })) ?? [];
      return { name, className, parameters: own.map(({ id, role, shape }) => ({ id, role, shape })) };
    });
}
