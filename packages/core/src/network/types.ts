import type { Initializer } from './initializer.js';

/** [height, width] in pixels. */
export type Size = readonly [height: number, width: number];
/** The shape of one example: [height, width, channels], or [features] once flattened. */
export type Shape = readonly number[];
/**
 * TensorFlow's padding. 'same': zeros around the map, so that stride 1 keeps its size, an odd one below or right;
 * 'valid': none.
 */
export type Padding = 'same' | 'valid';

/** A 2-D convolution: [batch, height, width, channels] to [batch, outHeight, outWidth, filters]. */
export interface Conv {
  readonly op: 'conv';
  /** Output channels. */
  readonly filters: number;
  readonly kernelSize: Size;
  readonly strides: Size;
  readonly padding: Padding;
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

/** [batch, height, width, channels] to [batch, features]. */
export interface Flatten {
  readonly op: 'flatten';
}

/**
 * Dropout (Srivastava et al. 2014): in training, each value becomes 0 with a probability of `rate`, and is divided by
 * 1 − rate otherwise; in inference it stays.
 */
export interface Dropout {
  readonly op: 'dropout';
  /** At least 0, and less than 1. */
  readonly rate: number;
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
export type Op = Conv | Norm | Act | Pad | Pool | Flatten | Dropout | Dense;

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
}
