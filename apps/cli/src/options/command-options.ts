import type { Fit, Resampling } from '@resnetjs/core';
import type { BlockCommandOptions } from './block-options.js';
import type { ErrorRule } from '../data/broken-images.js';
import type { NetworkOptions } from './network-options.js';

/** What each command was told, as commander hands it over. */

/** Options that together say which network is meant. */
export interface DescribedNetworkOptions extends NetworkOptions {
  readonly inputShape?: [height: number, width: number, channels: number];
  readonly classes?: number;
}

export interface SummaryCommandOptions extends DescribedNetworkOptions {
  readonly json?: true;
}

export interface DrawCommandOptions extends DescribedNetworkOptions, Omit<BlockCommandOptions, 'inputShape'> {
  readonly out?: string;
  /** Not given for a block, which is always drawn with its layers. */
  readonly detail?: 'blocks' | 'layers';
  readonly width?: number;
  readonly theme: 'auto' | 'light' | 'dark';
  readonly json?: true;
}

export interface TrainCommandOptions extends NetworkOptions {
  readonly network: string;
  readonly data: string;
  readonly out: string;
  /** A run's folder; the other options are then those that it began with, but for the few that may change. */
  readonly resume?: string;
  readonly checkpointEvery?: number;
  readonly keep: number;
  readonly validation?: string;
  readonly validationSplit?: number;
  readonly imageSize?: number;
  readonly resize: Resampling;
  readonly fit: Fit;
  readonly onError: ErrorRule;
  readonly images?: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: 'adam' | 'sgd';
  readonly learningRate?: number;
  readonly momentum?: number;
  readonly schedule: 'constant' | 'cosine';
  readonly statistics: 'precise' | 'running';
  readonly seed: number;
  readonly backend: string;
  readonly threads?: number;
  readonly json?: true;
}

export interface EvaluateCommandOptions {
  readonly data: string;
  readonly onError: ErrorRule;
  readonly batchSize: number;
  readonly backend: string;
  readonly threads?: number;
  readonly json?: true;
}

export interface PredictCommandOptions {
  readonly top: number;
  readonly backend: string;
  readonly threads?: number;
  readonly json?: true;
}

export interface BackendsCommandOptions {
  readonly json?: true;
}

export interface InstallCommandOptions {
  readonly force?: true;
  readonly json?: true;
}

export interface ProfileCommandOptions extends NetworkOptions {
  readonly inputShape?: [height: number, width: number, channels: number];
  readonly classes?: number;
  readonly batchSize: number;
  readonly mode: 'inference' | 'training';
  readonly rounds: number;
  readonly threads?: number;
  readonly json?: true;
}

export interface ParityCommandOptions {
  /** All that can run here where it isn't given. */
  readonly backends?: readonly string[];
  readonly level: 'quick' | 'full';
  readonly only?: string;
  readonly report?: string;
  readonly markdown?: string;
  readonly browser?: string;
  readonly hardware?: boolean;
  readonly threads?: number;
  readonly json?: true;
}
