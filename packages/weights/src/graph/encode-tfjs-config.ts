import { kerasVariableNames, type Network, ResNetError, type Role, type Shape } from '@resnetjs/core';
import {
  inKerasOrder,
  type KerasConfig,
  type KerasConfigOptions,
  withVariables,
} from './encode-keras-config.js';
import { free, identifier, kerasLayersOf, type LayerToWrite } from './encode-keras-layers.js';

type Settings = Readonly<Record<string, unknown>>;

/** What a layer has in tfjs-layers. */
interface TfjsLayer {
  readonly className: string;
  readonly settings: Settings;
}

/**
 * A network as the configuration of a functional model of tfjs-layers, in the form of Keras 2. With the network's variables the
 * model computes what `forward` does, and the softmax, if its dense layer names one. Throws as `kerasConfig` does, and
 * `bad-option` for a grouped or dilated depthwise convolution, which tfjs-layers would compute as if it were none, naming it.
 *
 * @example
 * ```ts
 * const { config, layers } = tfjsConfig(createNetwork('resnet50'));
 * tf.models.modelFromJSON(config); // of tfjs-layers
 * ```
 */
export function tfjsConfig(network: Network, options: KerasConfigOptions = {}): KerasConfig {
  const computed = kerasLayersOf(network, options.dialect);
  const layers = inKerasOrder(computed);
  const variables = new Map(withVariables(network, layers).map((layer) => [layer.name, layer]));
  const kernelOf = ({ name }: LayerToWrite) =>
    variables.get(name)?.parameters.find(({ role }) => role === 'kernel')?.shape ?? [];
  const inTfjs = new Map(layers.map((layer) => [layer.name, translated(network, layer, kernelOf(layer))]));
  // Global pooling gives no map here: one is made of its result.
  const names = new Set(inTfjs.keys());
  const pooled = layers.filter(({ settings }) => settings.keepdims === true);
  const maps = new Map(pooled.map(({ name }) => [name, free(`${name}_map`, names)]));
  const resultOf = (name: string) => maps.get(name) ?? name;
  return {
    config: {
      class_name: 'Model',
      config: {
        name: identifier(network.name.replace(/^file\//, '')),
        layers: layers.flatMap(({ name, inputs, shape }) => {
          const { className, settings } = inTfjs.get(name) as TfjsLayer;
          const own = serialized(name, className, { settings, inputs: inputs.map(resultOf) });
          const map = { settings: { target_shape: shape }, inputs: [name] };
          return maps.has(name) ? [own, serialized(resultOf(name), 'Reshape', map)] : [own];
        }),
        input_layers: [[computed[0]?.name, 0, 0]],
        output_layers: [[resultOf(computed.at(-1)?.name as string), 0, 0]],
      },
    },
    layers: [...variables.values()].map(({ name, parameters }) => {
      const { className, settings } = inTfjs.get(name) as TfjsLayer;
      return {
        name,
        className,
        parameters: parameters.map((each) =>
          className === 'DepthwiseConv2D' && each.role === 'kernel'
            ? { ...each, shape: depthwiseShape(each.shape, settings.depth_multiplier as number) }
            : each,
        ),
      };
    }),
  };
}

/** The name of a variable in its layer: `kernel`, `moving_mean`. */
export function variableName(className: string, role: Role): string {
  return className === 'DepthwiseConv2D' && role === 'kernel' ? 'depthwise_kernel' : kerasVariableNames[role];
}

/** A kernel of one channel a group, [height, width, 1, filters], as [height, width, channels, multiplier]. */
function depthwiseShape([height = 0, width = 0, , filters = 0]: Shape, multiplier: number): Shape {
  return [height, width, filters / multiplier, multiplier];
}

function serialized(
  name: string,
  className: string,
  { settings, inputs }: { readonly settings: Settings; readonly inputs: readonly string[] },
) {
  return {
    ...{ class_name: className, name, config: { name, trainable: true, ...settings } },
    inbound_nodes: inputs.length === 0 ? [] : [inputs.map((input) => [input, 0, 0, {}])],
  };
}

/** A layer of Keras 3 as tfjs-layers has it. */
function translated(network: Network, layer: LayerToWrite, kernel: Shape): TfjsLayer {
  const { className } = layer;
  const settings = Object.fromEntries(
    Object.entries(layer.settings).map(([key, value]) => [
      key,
      key.endsWith('_initializer') ? initializer(value as KerasInitializer, kernel) : value,
    ]),
  );
  switch (className) {
    case 'InputLayer': {
      const { batch_shape: batch_input_shape } = settings;
      return { className, settings: { batch_input_shape, dtype: 'float32', sparse: false } };
    }
    case 'GlobalAveragePooling2D': {
      const { keepdims: _, ...own } = settings;
      return { className, settings: own };
    }
    case 'Conv2D': {
      const { groups, ...own } = settings;
      return groups === 1 ? { className, settings: own } : depthwise(network, layer, { ...own, kernel });
    }
    default:
      return { className, settings };
  }
}

/** A convolution with a channel in each group; tfjs-layers has no other with groups, and this one without dilation. */
function depthwise(
  { name }: Network,
  layer: LayerToWrite,
  { kernel, filters, kernel_initializer: depthwise_initializer, ...settings }: Settings,
): TfjsLayer {
  const { groups, dilation_rate } = layer.settings;
  const isPlain = (kernel as Shape)[2] === 1 && String(dilation_rate) === '1,1';
  if (isPlain) {
    const depth_multiplier = (filters as number) / (groups as number);
    return {
      className: 'DepthwiseConv2D',
      settings: { ...settings, depth_multiplier, depthwise_initializer },
    };
  }
  throw new ResNetError(
    'bad-option',
    `${name}: tfjs-layers has no equal of layer ${layer.name}, a convolution in ${groups} groups: it would compute one without them. Choose another format.`,
    { layer: layer.name },
  );
}

interface KerasInitializer {
  readonly class_name: string;
  readonly config: Settings;
}

/** In Keras 2's form. tfjs-layers knows no normal distribution by fan that isn't cut off: the same by its deviation. */
function initializer({ class_name, config }: KerasInitializer, kernel: Shape): KerasInitializer {
  if (class_name !== 'VarianceScaling') return { class_name, config };
  const { scale, mode, seed } = config;
  const [height = 1, width = 1, channels = 1, filters = 1] = kernel;
  const fan = height * width * (mode === 'fan_in' ? channels : filters);
  const stddev = Math.sqrt((scale as number) / fan);
  return { class_name: 'RandomNormal', config: { mean: 0, stddev, seed } };
}
