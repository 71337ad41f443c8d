import { ResNetError } from '../errors.js';
import { layerNames } from '../network/names.js';
import { type Parameter, parameters } from '../network/parameters.js';
import { findNode } from '../network/find-node.js';
import type { Network } from '../network/types.js';
import { walk } from '../network/walk.js';

/**
 * The network for images with other channels, 1 for gray ones. Its first kernels are of another shape: `adaptKernel` makes
 * their values. Throws `bad-option` if more than convolutions without groups depends on the channels.
 *
 * @example
 * withChannels(createNetwork('resnet50'), 1); // images: [batch, 224, 224, 1]
 */
export function withChannels(network: Network, channels: number): Network {
  const [height, width, before] = network.input;
  const adapted = { ...network, input: [height, width, channels] as const };
  if (channels === before) return network;
  const own = parameters(network);
  for (const [index, { shape, site }] of parameters(adapted).entries()) {
    const { shape: known, role } = own[index] as Parameter;
    if (String(shape) === String(known)) continue;
    const node = findNode(network, site);
    const op = walk(network)[node]?.op;
    if (op?.op === 'conv' && op.groups === 1 && role === 'kernel' && shape[2] === channels) continue;
    throw new ResNetError(
      'bad-option',
      `${network.name} takes images of ${before} channels, and can't be adapted to ${channels}: layer ${layerNames(network)[node]} depends on them, and only convolutions without groups can be adapted.`,
      { network: network.name, channels },
    );
  }
  return adapted;
}

/**
 * A convolution's kernel, `[height, width, in, out]`, for other input channels, `[height, width, channels, out]`, as timm's
 * `adapt_input_conv`: for one channel the sum over those that there were, so that a gray image gives what it gave in RGB; for
 * others they are repeated in turn, and scaled by in / channels, which keeps the size of what comes out.
 *
 * @example
 * const gray = adaptKernel(values, [7, 7, 3, 64], 1); // [7, 7, 1, 64]
 */
export function adaptKernel(
  values: Float32Array,
  [height, width, inputs, filters]: readonly [height: number, width: number, inputs: number, filters: number],
  channels: number,
): Float32Array<ArrayBuffer> {
  const adapted = new Float32Array(height * width * channels * filters); // [height, width, channels, out]
  const scale = inputs / channels;
  for (let place = 0; place < height * width; place++) {
    for (let filter = 0; filter < filters; filter++) {
      const value = (channel: number) => values[(place * inputs + channel) * filters + filter] as number;
      let sum = 0;
      for (let channel = 0; channel < inputs; channel++) sum += value(channel);
      for (let channel = 0; channel < channels; channel++) {
        const at = (place * channels + channel) * filters + filter;
        adapted[at] = channels === 1 ? sum : value(channel % inputs) * scale;
      }
    }
  }
  return adapted;
}
