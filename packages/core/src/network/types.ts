import type { Initializer } from './initializer.js';

/** [height, width] in pixels. */
export type Size = readonly [height: number, width: number];
/** The shape of one example: [height, width, channels], or [features] once flattened. */
export type Shape = readonly number[];
/** Rows and columns around a map, in pixels. */
export type Margins = readonly [top: number, bottom: number, left: number, right: number];
/**
 * What is around the map for a moving window: 'same', as much as keeps the size at stride 1, an odd one below or right, as
 * in TensorFlow; 'valid', nothing; or so many pixels, as in PyTorch. For a convolution it is zeros; pooling leaves it out.
 */
export type Padding = 'same' | 'valid' | Margins;

/**
 * A 2-D convolution: [batch, height, width, channels] to [batch, outHeight, outWidth, filters]. With groups, the g-th
 * part of the filters takes the g-th part of the channels (Xie et al. 2017, §3).
 */
export interface Conv {
  readonly op: 'conv';
  /** Output channels. */
  readonly filters: number;
  readonly kernelSize: Size;
  readonly strides: Size;
  readonly padding: Padding;
  /** Divides the numbers of channels and of filters. */
  readonly groups: number;
  /** The distance, in pixels of the map, between neighboring values of the kernel (Yu and Koltun 2016). */
  readonly dilations: Size;
  /** Whether a bias is added. */
  readonly bias: boolean;
  /** The kernel's initializer; a bias starts at 0. */
  readonly initializer: Initializer;
}

/** Batch normalization over all axes but the channels (Ioffe and Szegedy 2015). */
export interface Norm {
  readonly op: 'norm';
  /** Added to the variance. */
  readonly epsilon: number;
  /**
   * The share of the old running statistic that a training step keeps, as in Keras; PyTorch's momentum is 1 minus
   * this.
   */
  readonly momentum: number;
  /** The scale's (gamma's) initializer: zeros in the last normalization of a branch make its block start as its shortcut (Goyal et al. 2017, §5.1). */
  readonly scaleInitializer: Initializer;
  /**
   * Of which of the batch's variances the running one is the average: 'biased', divided by the number of values n, as in
   * Keras; 'unbiased', divided by n − 1, as in PyTorch.
   */
  readonly runningVariance: 'biased' | 'unbiased';
}

/** max(0, x); min(max(0, x), 6); 1 / (1 + e⁻ˣ). */
export type Activation = 'relu' | 'relu6' | 'sigmoid';

/** An activation, value by value. */
export interface Act {
  readonly op: 'act';
  readonly activation: Activation;
}

/** Zero padding around the map, in pixels. */
export interface Pad {
  readonly op: 'pad';
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * Max or average pooling: [batch, height, width, channels] to [batch, rows, columns, channels]. An average leaves out
 * padding.
 */
export interface Pool {
  readonly op: 'pool';
  readonly mode: 'max' | 'average';
  /** The window. */
  readonly size: Size;
  readonly strides: Size;
  readonly padding: Padding;
}

/**
 * The mean of each channel's map: [batch, height, width, channels] to [batch, channels], or with `keepDims` to
 * [batch, 1, 1, channels].
 */
export interface GlobalPool {
  readonly op: 'globalPool';
  readonly keepDims: boolean;
}

/**
 * Every `strides`-th pixel from the first on, with channels of zeros before and after the map's own: the shortcut without
 * parameters (He et al. 2015, §3.3, option A).
 */
export interface Subsample {
  readonly op: 'subsample';
  readonly strides: Size;
  readonly channelsBefore: number;
  readonly channelsAfter: number;
}

/**
 * x · gate(x), where the gate's result has as many channels, on a map of the same size or of one pixel:
 * squeeze-and-excitation (Hu et al. 2018, §3).
 */
export interface Gate {
  readonly op: 'gate';
  /** From x to the factors; at least one operation. */
  readonly gate: readonly Exclude<Op, Gate>[];
}

/** [batch, height, width, channels] to [batch, features]. */
export interface Flatten {
  readonly op: 'flatten';
}

/**
 * Dropout: in training, values become 0 with a probability of `rate`, and are divided by 1 − rate otherwise; in inference
 * they stay. `per` 'value' decides it for each value (Srivastava et al. 2014); 'example' for all values of an example at
 * once, which at the end of a branch is stochastic depth (Huang et al. 2016).
 */
export interface Dropout {
  readonly op: 'dropout';
  /** At least 0, and less than 1. */
  readonly rate: number;
  readonly per: 'value' | 'example';
}

/** A fully connected layer with bias: [batch, features] to [batch, units]. */
export interface Dense {
  readonly op: 'dense';
  readonly units: number;
  /** For the summary and for converters only: softmax isn't computed, `forward` returns logits. */
  readonly activation: 'softmax' | 'linear';
  /** The kernel's initializer; the bias starts at 0. */
  readonly initializer: Initializer;
}

/** An operation of a network. */
export type Op = Conv | Norm | Act | Pad | Pool | GlobalPool | Subsample | Gate | Flatten | Dropout | Dense;

/** A residual block, postact(branch(p) + shortcut(from)), where p = preact(x) (He et al. 2015, 2016). */
export interface Residual {
  readonly op: 'residual';
  /** What comes before branch and shortcut; empty in post-activation blocks. */
  readonly preact: readonly Op[];
  readonly branch: readonly Op[];
  /** Empty for an identity shortcut; with a convolution, a projection; null for a plain block, which adds nothing. */
  readonly shortcut: readonly Op[] | null;
  /** Where the shortcut starts: at the block's input x, or at p, after `preact`. */
  readonly shortcutFrom: 'input' | 'preact';
  /** What follows the addition. */
  readonly postact: readonly Op[];
}

/** A residual network as plain data. Everything else is a function of it. */
export interface Network {
  /** Family and name, `course/resnet50`; the family's dialect names the layers (`layerNames`). */
  readonly name: string;
  /** [height, width, channels] of an image. */
  readonly input: readonly [height: number, width: number, channels: number];
  /** The name of the input layer. */
  readonly inputName: string;
  readonly stem: readonly Op[];
  /** The blocks of each stage. */
  readonly stages: readonly (readonly Residual[])[];
  readonly head: readonly Op[];
  /**
   * The names of layers that a file gave, by site (`siteName`). A layer that isn't among them gets its name from the
   * dialect (`layerNames`).
   */
  readonly layerNames?: Readonly<Record<string, string>>;
}
