import type { Network } from '@resnetjs/core';
import type { Optimizer } from '@resnetjs/training';
import type { PublishedResult } from '../published.js';

/** 'quick' is a part of 'full': seconds against minutes. */
export type Level = 'quick' | 'full';

export const groups = ['published', 'operation', 'block', 'network', 'update', 'trajectory'] as const;
export type Group = (typeof groups)[number];

interface Named {
  readonly name: string;
  readonly group: Group;
  /** The lowest level that it belongs to. */
  readonly level: Level;
}

/** A network, or one operation or block as a network, and what is put through it. */
export interface Subject {
  readonly name: string;
  readonly network: Network;
  readonly batch: number;
  /** Where variables, images and upstream gradient are drawn from. */
  readonly seed: number;
  /** The mean of the images, in their deviations; 0 where it isn't given. */
  readonly mean?: number;
  /** Whether the first and the last channel of each normalization are switched off: scale and offset are 0. */
  readonly channelsOff?: boolean;
}

/** Passes of one network: inference, plain and folded; training and every gradient where `training`. */
export interface PassCase extends Named, Subject {
  readonly kind: 'pass';
  readonly training: boolean;
  /** Whether what float32 itself loses on this case is measured, and the gate set by it: for networks of many blocks. */
  readonly byFloor: boolean;
  /** Whether it is also tried what a pass leaves behind when it throws. */
  readonly throws: boolean;
}

/** Numbers that a document printed. */
export interface PublishedCase extends Named {
  readonly kind: 'published';
  readonly published: PublishedResult;
}

/** An optimizer's steps on drawn weights and gradients. */
export interface UpdateCase extends Named {
  readonly kind: 'update';
  readonly optimizer: Optimizer;
  readonly l2: number;
  readonly seed: number;
}

/** Softmax cross-entropy and its gradient on logits [batch, classes] of this size. */
export interface LossCase extends Named {
  readonly kind: 'loss';
  readonly batch: number;
  readonly classes: number;
  readonly scale: number;
  readonly seed: number;
}

/** Training steps on drawn hand signs: loss, gradients, optimizer, running statistics together. */
export interface TrajectoryCase extends Named {
  readonly kind: 'trajectory';
  readonly network: Network;
  readonly batch: number;
  readonly steps: number;
  readonly optimizer: Extract<Optimizer, { kind: 'adam' }>;
  /** Whether every step starts from the truth's variables: deep networks leave any other path by themselves. */
  readonly forced: boolean;
  readonly seed: number;
}

export type ParityCase = PassCase | PublishedCase | UpdateCase | LossCase | TrajectoryCase;
