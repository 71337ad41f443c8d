import type { Fitting } from '../images/fitting.js';
import { type Preprocessing, unitRange } from './preprocessing.js';

/** ImageNet's mean and std by channel, in RGB, as PyTorch's models have them: .485 .456 .406 and .229 .224 .225 of levels from 0 to 1. */
const imageNet = { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] } as const;

/** Keras's `load_img`, which stretches, and doesn't antialias. */
const loadImg: Fitting = { interpolation: 'nearest', fit: 'fill' };

/**
 * How weights that others have published want their images. Which weights want which, `@resnetjs/weights` says:
 * `publishedWeights`.
 *
 * @example
 * createClassifier(network, { classes: imageNetClasses, preprocessing: preprocessings.torchvision });
 * createClassifier(network, { classes: imageNetClasses, preprocessing: { ...preprocessings.timm, cropShare: 0.95 } });
 */
export const preprocessings = {
  /** torchvision's `IMAGENET1K_V1` at 224 pixels: the shorter side to 256, the center of 224, bilinear. */
  torchvision: { ...imageNet, interpolation: 'bilinear', fit: 'crop', cropShare: 0.875 },
  /** torchvision's `IMAGENET1K_V2` at 224 pixels: the shorter side to 232. */
  torchvisionV2: { ...imageNet, interpolation: 'bilinear', fit: 'crop', cropShare: 0.965 },
  /** timm's default; its weights differ in `cropShare`, their `crop_pct`. */
  timm: { ...imageNet, interpolation: 'bicubic', fit: 'crop', cropShare: 0.875 },
  /** Keras's `preprocess_input` by mode, after `load_img`. */
  keras: {
    /** Blue, green and red, less ImageNet's mean: ResNet50, 101 and 152. */
    caffe: { mean: [103.939, 116.779, 123.68], std: [1, 1, 1], ...loadImg, channelOrder: 'bgr' },
    /** −1 to 1: ResNet50V2, 101V2 and 152V2. */
    tf: { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5], ...loadImg },
    /** As torchvision normalizes. */
    torch: { ...imageNet, ...loadImg },
  },
  /** The networks of He et al. for CIFAR in PyTorch: ImageNet's mean and std. */
  cifar: { ...imageNet, interpolation: 'bilinear', fit: 'fill' },
  /** 0 to 255, as MLPerf Tiny's ResNet takes them. */
  raw: { ...unitRange(), std: [1, 1, 1] },
} as const satisfies Readonly<Record<string, Preprocessing | Readonly<Record<string, Preprocessing>>>>;
