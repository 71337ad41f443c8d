import type { InstructionChoice } from './instructions-option.js';
import type {
  DialectName,
  EmbeddingPlace,
  FitMode,
  Interpolation,
  TestTimeAugmentation,
} from '@resnetjs/core';
import type { extraSignals } from '../process/stop-signals.js';
import type { ErrorRule } from '../data/broken-images.js';
import type { BlockCommandOptions } from './block-options.js';
import type { ImageSize } from './image-size.js';
import type { FreezeOptions } from './freeze-options.js';
import type { NetworkOptions } from './network-options.js';
import type { Normalization } from './normalization.js';
import type { HubWeights, OnnxOptions, WrittenFormat } from '@resnetjs/weights';
import type { RecipeOptions } from './recipe-options.js';
import type { StructureOptions, WeightsFileOptions } from './weights-options.js';

// The options of each command, as commander parses them.

/** The options that describe a network of the catalogue, with its input and output. */
export interface DescribedNetworkOptions extends NetworkOptions {
  readonly inputShape?: [height: number, width: number, channels: number];
  readonly classes?: number;
}

export interface NetworksCommandOptions {
  readonly json?: true;
}

export interface HubCommandOptions {
  readonly source?: HubWeights['source'];
  readonly cached?: true;
  readonly json?: true;
}

export interface HubFetchOptions {
  readonly offline?: true;
  readonly json?: true;
}

export interface HubRemoveOptions {
  readonly all?: true;
  readonly json?: true;
}

export interface SummaryCommandOptions extends DescribedNetworkOptions, StructureOptions {
  readonly layerNames?: DialectName;
  readonly json?: true;
}

export interface DrawCommandOptions
  extends DescribedNetworkOptions,
    StructureOptions,
    Omit<BlockCommandOptions, 'inputShape'> {
  readonly out?: string;
  /** Of a network; a block is always drawn with its layers. */
  readonly detail?: 'blocks' | 'layers';
  readonly width?: number;
  readonly theme: 'auto' | 'light' | 'dark';
  readonly json?: true;
}

export interface TrainCommandOptions extends NetworkOptions, RecipeOptions, FreezeOptions {
  /** With --from or --resume it may be absent. */
  readonly network?: string;
  /** A file or folder of weights to start from, or a name on a hub. */
  readonly from?: string;
  readonly offline?: true;
  /** A recipe's file, or the folder of the training that it is of. */
  readonly recipe?: string;
  /** The format of --from's file: no option, but kept in checkpoints, since the file may be gone. */
  readonly fromContainer?: string;
  /** What its backend computed with when it was saved. Not an option. */
  readonly computedWith?: string;
  readonly data: string;
  readonly out: string;
  /** A run's folder. The other options are then those that it began with, except for the few that may change. */
  readonly resume?: string;
  /** Says what the training would take, and writes nothing. */
  readonly dryRun?: true;
  /** Searches for a learning rate instead of training. */
  readonly findLearningRate?: true;
  readonly checkpointEvery?: number;
  readonly keep: number;
  readonly stopOn?: (typeof extraSignals)[number];
  readonly ignoreHangup?: true;
  readonly validation?: string;
  readonly validationSplit?: number;
  readonly imageSize?: ImageSize;
  readonly channels?: 1 | 3;
  /** Absent for what the file of --from wants. */
  readonly interpolation?: Interpolation;
  readonly fit?: FitMode;
  readonly normalization?: Normalization;
  readonly onError: ErrorRule;
  /** Bytes. */
  readonly cache?: number;
  readonly images?: number;
  readonly backend: string;
  readonly threads?: number;
  readonly instructions?: InstructionChoice;
  readonly json?: true;
}

export interface AugmentCommandOptions extends Pick<RecipeOptions, 'augment' | 'mixup' | 'cutmix'> {
  readonly out: string;
  readonly count: number;
  readonly imageSize?: ImageSize;
  readonly seed: number;
  readonly epoch: number;
  readonly json?: true;
}

export interface EvaluateCommandOptions extends WeightsFileOptions {
  readonly best?: true;
  readonly data: string;
  /** A CSV file of the images that are classified wrongly. */
  readonly mistakes?: string;
  readonly onError: ErrorRule;
  readonly batchSize: number;
  readonly tta?: TestTimeAugmentation;
  readonly backend: string;
  readonly threads?: number;
  readonly instructions?: InstructionChoice;
  readonly json?: true;
}

export interface InspectCommandOptions extends WeightsFileOptions {
  readonly tensors?: true;
  readonly json?: true;
}

export interface ConvertCommandOptions extends WeightsFileOptions, OnnxOptions {
  readonly classes?: 'none';
  readonly to?: WrittenFormat;
  readonly names?: DialectName;
  readonly half?: true;
  readonly json?: true;
}

/** Of the commands that take any number of images. */
export interface ManyImagesOptions extends WeightsFileOptions {
  readonly best?: true;
  /** A file with a path on each line; - for standard input. */
  readonly list?: string;
  readonly out?: string;
  /** `2/4`, or auto. */
  readonly shard?: string;
  readonly shards?: number;
  readonly onError: ErrorRule;
  readonly batchSize: number;
  readonly backend: string;
  readonly threads?: number;
  readonly instructions?: InstructionChoice;
  readonly json?: true;
}

export interface PredictCommandOptions extends ManyImagesOptions {
  /** Infinity for all. */
  readonly top: number;
  readonly tta?: TestTimeAugmentation;
}

export interface EmbedCommandOptions extends ManyImagesOptions {
  readonly at: EmbeddingPlace;
  readonly normalize?: true;
}

export interface MergeCommandOptions {
  readonly json?: true;
}

export interface BackendsCommandOptions {
  readonly json?: true;
}

export interface InstallCommandOptions {
  readonly force?: true;
  readonly json?: true;
}

export interface ProfileCommandOptions extends DescribedNetworkOptions {
  readonly batchSize: number;
  readonly mode: 'inference' | 'training';
  readonly rounds: number;
  readonly threads?: number;
  readonly instructions?: InstructionChoice;
  readonly json?: true;
}

export interface BenchCommandOptions {
  readonly rounds: number;
  readonly backend: string;
  readonly threads?: number;
  readonly instructions?: InstructionChoice;
  readonly json?: true;
}

export interface ParityCommandOptions {
  /** Default: all that can run here. */
  readonly backends?: readonly string[];
  readonly level: 'quick' | 'full';
  readonly only?: string;
  readonly html?: string;
  readonly markdown?: string;
  readonly browser?: string;
  readonly gpu?: boolean;
  readonly threads?: number;
  readonly instructions?: InstructionChoice;
  readonly json?: true;
}
