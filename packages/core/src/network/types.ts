import type { Initializer } from './initializer.js';

/** [height, width], in pixels. */
export type Size = readonly [height: number, width: number];
/** The shape of one example: [height, width, channels], or [features] once flattened. */
export type Shape = readonly number[];
/** 'same': zeros around the map so that stride 1 keeps its size, the odd one after; 'valid': none. */
export type Padding = 'same' | 'valid';

export interface Conv {
  readonly op: 'conv';
  readonly filters: number;
  readonly kernelSize: Size;
  readonly strides: Size;
  readonly padding: Padding;
  readonly bias: boolean;
  readonly initializer: Initializer;
  /** The L2 penalty's coefficient: the loss grows by l2 · Σ kernel². */
  readonly l2: number;
}

/** Batch normalization over all axes but the channels (Ioffe and Szegedy 2015). */
export interface Norm {
  readonly op: 'norm';
  readonly epsilon: number;
  /** The share of the old running statistic that a training step keeps. */
  readonly momentum: number;
}

export interface Act {
  readonly op: 'act';
  readonly activation: 'relu';
}

/** Zeros around the map, in pixels. */
export interface Pad {
  readonly op: 'pad';
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export interface Pool {
  readonly op: 'pool';
  readonly mode: 'max' | 'average';
  readonly size: Size;
  readonly strides: Size;
  readonly padding: Padding;
}

export interface Flatten {
  readonly op: 'flatten';
}

/** A fully connected layer with bias. Its softmax is a note for the reader: `forward` returns logits. */
export interface Dense {
  readonly op: 'dense';
  readonly units: number;
  readonly activation: 'softmax' | 'linear';
  readonly initializer: Initializer;
  readonly l2: number;
}

export type Op = Conv | Norm | Act | Pad | Pool | Flatten | Dense;

/** postact(branch(p) + shortcut(from)), where p = preact(x). An identity shortcut is []; null is a plain block. */
export interface Residual {
  readonly op: 'residual';
  readonly preact: readonly Op[];
  readonly branch: readonly Op[];
  readonly shortcut: readonly Op[] | null;
  readonly shortcutFrom: 'input' | 'preact';
  readonly postact: readonly Op[];
}

/** A residual network, written down. Everything else is a function of this. */
export interface Network {
  /** Its family and its own name, `course/resnet50`; the family's dialect names its layers (`layerNames`). */
  readonly name: string;
  /** [height, width, channels] of an image. */
  readonly input: readonly [height: number, width: number, channels: number];
  readonly inputName: string;
  readonly stem: readonly Op[];
  readonly stages: readonly (readonly Residual[])[];
  readonly head: readonly Op[];
}
