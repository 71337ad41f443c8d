import type { Network } from '@resnetjs/core';
import type { Optimizer, ParameterGroup } from '@resnetjs/recipe';
import type { PublishedResult } from '../published/published.js';

/** How many cases to run: `quick` is a part of `full`, and takes seconds rather than minutes. */
export type ParityLevel = 'quick' | 'full';

/** The groups of cases, in the order in which they run. */
export const groups = ['published', 'operation', 'block', 'network', 'update', 'trajectory'] as const;

/** One of `groups`. */
export type CaseGroup = (typeof groups)[number];

interface Named {
  readonly name: string;
  readonly group: CaseGroup;
  /** The lowest level that runs it. */
  readonly level: ParityLevel;
}

/** A network (one operation or block is a network, too), and what its inputs are sampled from. */
export interface Subject {
  readonly name: string;
  readonly network: Network;
  readonly batch: number;
  /** Seed of the variables, the images and the upstream gradient. */
  readonly seed: number;
  /** The mean of the images, whose std is 1. Default: 0. */
  readonly mean?: number;
  /** Whether scale and offset of each normalization's first and last channel are 0. Default: false. */
  readonly channelsOff?: boolean;
}

/** A network's inference, as it is and folded, and with `training` also its training mode and all gradients. */
export interface PassCase extends Named, Subject {
  readonly kind: 'pass';
  readonly training: boolean;
  /** Whether the tolerance follows from the error of plain float32, measured on this case: for networks of many blocks. */
  readonly byFloor: boolean;
  /** Whether passes that throw are run, too, to see that they leave no tensors. */
  readonly throws: boolean;
}

/** Numbers that a document prints. */
export interface PublishedCase extends Named {
  readonly kind: 'published';
  readonly published: PublishedResult;
}

/** An optimizer's steps on sampled weights and gradients. */
export interface UpdateCase extends Named {
  readonly kind: 'update';
  readonly optimizer: Optimizer;
  /** Coefficient of the L2 penalty. */
  readonly l2: number;
  /** Decoupled weight decay. */
  readonly decay: number;
  readonly seed: number;
}

/** Softmax cross-entropy and its gradient. */
export interface LossCase extends Named {
  readonly kind: 'loss';
  readonly batch: number;
  readonly classes: number;
  /** The std of the logits. */
  readonly scale: number;
  /** Whether the loss is against targets that spread over several classes, and weigh images, in the labels' place. */
  readonly soft: boolean;
  readonly seed: number;
}

/** Training steps on generated images: loss, gradients, optimizer and running statistics together. */
export interface TrajectoryCase extends Named {
  readonly kind: 'trajectory';
  readonly network: Network;
  readonly batch: number;
  readonly steps: number;
  readonly optimizer: Extract<Optimizer, { kind: 'adam' }>;
  readonly groups: readonly ParameterGroup[];
  /** Whether each step starts from the reference's variables: two runs of a deep network drift apart. */
  readonly forced: boolean;
  readonly seed: number;
}

/** One comparison of a backend with float64, as data: `prepareCase` runs it. */
export type ParityCase = PassCase | PublishedCase | UpdateCase | LossCase | TrajectoryCase;
