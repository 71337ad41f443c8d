import { createNetwork, networkEntries, type NetworkName, outputShape, parameters } from '@resnetjs/core';
import type { OpenedWeights } from '@resnetjs/weights';

/**
 * The `config.json` with which timm takes weights from a folder, `timm.create_model('local-dir:FOLDER', pretrained=True)`; null for
 * networks that timm doesn't have.
 */
export function timmConfig({ network, classes, classesFrom, preprocessing }: OpenedWeights): object | null {
  const { name, input } = network;
  const family = Object.hasOwn(networkEntries, name) ? networkEntries[name as NetworkName].family : undefined;
  if (family !== 'timm' && family !== 'torchvision') return null;
  const features = createNetwork(name as NetworkName, { input, classes: null });
  if (classes !== null && parameters(features).length + 2 !== parameters(network).length) return null;
  const { mean, std, interpolation, fit, cropShare = 1, channelOrder = 'rgb' } = preprocessing;
  if (channelOrder !== 'rgb') return null;
  const size = [input[2], input[0], input[1]];
  const labels = classes === null || classesFrom === 'assumed' ? {} : { label_names: classes };
  return {
    architecture: name,
    num_classes: classes?.length ?? 0,
    num_features: outputShape(features).at(-1),
    ...labels,
    pretrained_cfg: {
      custom_load: false,
      input_size: size,
      fixed_input_size: false,
      interpolation,
      crop_pct: cropShare,
      crop_mode: fit === 'fill' ? 'squash' : 'center',
      mean: mean.map(share),
      std: std.map(share),
      num_classes: classes?.length ?? 0,
      pool_size: poolSize(network),
      first_conv: /^resnet\d+d$/.test(name) ? 'conv1.0' : 'conv1',
      classifier: 'fc',
      ...labels,
    },
  };
}

/** Of levels from 0 to 255, as shares of 1: 123.675 as 0.485, and not as 0.48499999999999999. */
const share = (level: number) => Number((level / 255).toPrecision(12));

/** The size of the map before it is pooled: a 32nd of the image's. */
const poolSize = ({ input }: OpenedWeights['network']) =>
  [input[0], input[1]].map((side) => Math.ceil(side / 32));
