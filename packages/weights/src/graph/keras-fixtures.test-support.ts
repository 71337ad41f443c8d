import { createVariables, disposeVariables, forward, type Network } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { KerasLayerParameters } from './keras-config.js';

interface FixtureLayer {
  readonly class_name: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON that tests change at will
  config: any;
  // biome-ignore lint/suspicious/noExplicitAny: JSON that tests change at will
  inbound_nodes: any[];
}

/** A model's configuration as JSON. */
export interface FixtureConfig {
  class_name: string;
  config: { name: string; layers: FixtureLayer[]; input_layers: unknown; output_layers: unknown };
}

/** A model of Keras with its weights, and what it computes (tooling/goldens/keras_fixtures.py). */
export interface KerasFixture {
  readonly config: FixtureConfig;
  /** By layer, in Keras's order. */
  readonly weights: Readonly<
    Record<string, readonly { readonly shape: number[]; readonly values: string }[]>
  >;
  readonly image: string;
  readonly result: readonly number[];
}

/** Where a model's file is. */
export const fixtureUrl = (name: 'v2' | 'se') =>
  new URL(`../../test-data/keras-${name}.json`, import.meta.url);

/** float32 numbers from base64. */
export function floats(text: string): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}

/** A configuration of Keras 3 as Keras 2 has it. */
export function inKeras2(config: FixtureConfig): FixtureConfig {
  // biome-ignore lint/suspicious/noExplicitAny: JSON
  const reference = (tensor: any) => [...tensor.config.keras_history, {}];
  const copy = structuredClone(config);
  for (const layer of copy.config.layers) {
    const { batch_shape, ...own } = layer.config;
    const axis = own.axis === 3 ? [3] : own.axis;
    layer.config = {
      ...own,
      ...(batch_shape === undefined ? {} : { batch_input_shape: batch_shape }),
      ...(axis === undefined ? {} : { axis }),
      dtype: 'float32',
    };
    Reflect.deleteProperty(layer, 'module');
    layer.inbound_nodes = layer.inbound_nodes.map(({ args: [tensors] }) =>
      Array.isArray(tensors) ? tensors.map(reference) : [reference(tensors)],
    );
  }
  const { input_layers, output_layers } = copy.config;
  return {
    ...copy,
    config: { ...copy.config, input_layers: [input_layers], output_layers: [output_layers] },
  };
}

/** A network's result for one image, with values by layer. */
export function resultOf(
  network: Network,
  layers: readonly KerasLayerParameters[],
  valuesOf: (layer: string, index: number) => Float32Array,
  image: Float32Array,
): readonly number[] {
  const values = new Map(
    layers.flatMap(({ name, parameters }) => parameters.map(({ id }, index) => [id, valuesOf(name, index)])),
  );
  const variables = createVariables(network, ({ id }) => values.get(id) as Float32Array<ArrayBuffer>);
  const result = tf.tidy(() => [
    ...forward(network, variables, tf.tensor4d(image, [1, ...network.input])).dataSync(),
  ]);
  disposeVariables(variables);
  return result;
}
