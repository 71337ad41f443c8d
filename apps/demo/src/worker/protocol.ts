import type { DialectName, FitMode, Network, NetworkName, ParameterId } from '@resnetjs/core';
import type { TwinReport } from '@resnetjs/data';
import type { SpeedReading, SpeedWorkload } from '@resnetjs/parity';
import type { Adam, Augmentation, NamedSchedule, Recipe, StartRecord } from '@resnetjs/recipe';
import type {
  CachedWeights,
  ContainerName,
  HubProgress,
  HubWeightsFile,
  Origin,
  TensorInfo,
  WrittenFormat,
} from '@resnetjs/weights';

// The messages between the page and its worker. A worker computes on one backend; for another, the page starts another worker.

/** Backends that a browser can have. */
export const backendNames = ['wasm', 'webgl'] as const;
export type BackendName = (typeof backendNames)[number];

/** What a backend's package reports when it has started. */
export interface BackendFacts {
  readonly name: BackendName;
  readonly threads: number;
  /** Bits of a floating-point number on the device. */
  readonly precision: 16 | 32;
  readonly details: Readonly<Record<string, string>>;
  /** Seconds that it took to start. */
  readonly seconds: number;
}

/** A network with its shortcuts, or its plain twin: the same layers without them. */
export type Variant = 'residual' | 'plain';

/** Where the training images come from: generated hand signs, or the visitor's own images, which the worker decoded last. */
export type DataSource =
  | { readonly kind: 'signs'; readonly size: number; readonly count: number }
  | { readonly kind: 'own' };

export interface NetworkConfig {
  readonly name: 'preact/resnet' | 'course/resnet50';
  /** Residual blocks of preact/resnet. */
  readonly blocks: number;
  /** Whether it has batch normalization; without, the gradient of a deep plain network vanishes. */
  readonly normalized: boolean;
}

/** The settings of a recipe that the page asks for. */
export type RecipeChoice = Pick<Recipe, 'epochs' | 'batchSize' | 'seed'> & {
  readonly schedule: NamedSchedule;
} & Pick<Adam, 'learningRate'> &
  Partial<Pick<Recipe, 'augment'>>;

export interface TrainingConfig {
  readonly data: DataSource;
  /** The network that is trained, unless it starts from trained weights. */
  readonly network: NetworkConfig;
  /** The trained weights that it starts from, of which only a new last layer learns; null for a new network. */
  readonly from: StartRecord | null;
  /** The first one becomes the model. */
  readonly variants: readonly Variant[];
  readonly recipe: RecipeChoice;
}

export interface Metrics {
  readonly loss: number;
  readonly accuracy: number;
}

export interface Evaluation extends Metrics {
  readonly images: number;
  /** The confusion matrix, [true class][predicted class]: how often. */
  readonly confusion: readonly (readonly number[])[];
}

/** The norms of a step's gradients, of the kernel of each convolution and dense layer, first to last. */
export interface GradientNorms {
  readonly variant: Variant;
  readonly step: number;
  /** Of each layer, how many layers with weights there are from the input to it. */
  readonly depths: readonly number[];
  readonly norms: readonly number[];
}

/** Events of a training. Steps count from 1 over all epochs. */
export type TrainingEvent =
  | {
      readonly event: 'step';
      readonly variant: Variant;
      readonly step: number;
      readonly steps: number;
      readonly epoch: number;
      readonly loss: number;
      readonly accuracy: number;
      readonly imagesPerSecond: number;
    }
  | ({ readonly event: 'gradients' } & GradientNorms)
  | {
      readonly event: 'busy';
      readonly variant: Variant;
      readonly what: 'features' | 'statistics' | 'validation';
      /** 0 to 1. */
      readonly share: number;
    }
  | ({
      readonly event: 'validation';
      readonly variant: Variant;
      readonly epoch: number;
      readonly step: number;
    } & Evaluation)
  | { readonly event: 'diverged'; readonly variant: Variant; readonly message: string }
  | { readonly event: 'saved'; readonly step: number; readonly bytes: number }
  | { readonly event: 'save-failed'; readonly message: string }
  /** A training resumes on what rounds otherwise than what it began with; null if that wasn't kept. */
  | { readonly event: 'other-rounding'; readonly before: string | null; readonly now: string };

/** A file's class probabilities, in the order of the classes; or why it has none. */
export type FileAnswer = { readonly probabilities: readonly number[] } | { readonly problem: string };

export interface TrainingEnd {
  /** Whether all epochs were run; false if it was stopped. */
  readonly completed: boolean;
  readonly steps: number;
  readonly model: ModelFacts;
  /** Whether the browser's storage holds the model. */
  readonly isModelKept: boolean;
}

/** How images can be prepared for a network, by the names that the command line has, too. */
export const preprocessingNames = [
  'torchvision',
  'torchvision-v2',
  'timm',
  'keras-caffe',
  'keras-tf',
  'keras-torch',
  'cifar',
  'raw',
  'unit-range',
] as const;
export type PreprocessingName = (typeof preprocessingNames)[number];

/** The formats that are one file, which a page can offer. */
export type DownloadFormat = Exclude<WrittenFormat, 'tfjs'>;

/** A file of weights that others wrote, and where what it need not say comes from. */
export interface FileFacts {
  readonly name: string;
  readonly container: ContainerName;
  /** Whose names its tensors have. */
  readonly dialect: DialectName;
  readonly classesFrom: Origin;
  readonly preprocessingFrom: Origin;
  /** The name under which the browser keeps what was fetched; null for a file that the visitor has. */
  readonly keptAs: string | null;
}

/** One of the files that were given together: a model may be several. */
export interface GivenFile {
  /** With the folders above it, if these were given. */
  readonly path: string;
  readonly file: File;
}

/** A file of weights, looked into without a backend: no values were read. */
export interface FileInspection extends FileFacts {
  readonly bytes: number;
  readonly network: Network;
  /** Null if the network ends before a classifier. */
  readonly classes: readonly string[] | null;
  /** Null if it is none of the named ways. */
  readonly preprocessing: PreprocessingName | null;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly tensorNames: ReadonlyMap<ParameterId, string>;
  readonly unused: readonly string[];
  /** What the file says of itself. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Of a tensor's values. */
export interface TensorStatistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  /** How many are 0. */
  readonly zeros: number;
  /** How many there are. */
  readonly count: number;
}

/** What the page knows of the worker's model. */
export interface ModelFacts {
  readonly network: string;
  readonly classes: readonly string[];
  readonly size: readonly [height: number, width: number];
  /** How images of another size are fitted: stretched, or cropped to their middle. */
  readonly fit: FitMode;
  /** How much of the fitted image is used, by side: its center. */
  readonly cropShare: number;
  readonly parameters: number;
  /** The length of the vector that its last layer takes; null if it takes none. */
  readonly features: number | null;
  /** On the validation images; null if it was never evaluated. */
  readonly accuracy: number | null;
  readonly origin: 'trained here' | 'opened';
  /** The file of the trained weights that its training started from; null if it started from none. */
  readonly startedFrom: string | null;
  /** Null for models of ResNet.js. */
  readonly file: FileFacts | null;
  /** How images are prepared; null if it is none of the named ways. */
  readonly preprocessing: PreprocessingName | null;
  /** The same, as it was when the model was opened. */
  readonly givenPreprocessing: PreprocessingName | null;
}

export interface Prediction {
  readonly probabilities: readonly number[];
  /** From pixels to probabilities, without Grad-CAM. */
  readonly milliseconds: number;
  /** The image as the network sees it: [height, width, 3], or [height, width, 1] in gray. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Grad-CAM of the requested class, 0 to 1; null for a network without a final feature map. */
  readonly heat: { readonly height: number; readonly width: number; readonly values: Float32Array } | null;
}

/** An image file, or a generated hand sign, which is made at the network's input size. */
export type ImageSource =
  | { readonly kind: 'file'; readonly file: Blob }
  | { readonly kind: 'sign'; readonly index: number };

/** One of the visitor's files, with the class that its folder stands for. */
export interface LabelledFile {
  readonly file: Blob;
  readonly name: string;
  readonly label: number;
  /** Whether it is held out, to check the network with. */
  readonly unseen: boolean;
}

/** What the worker has of the visitor's images. */
export interface Decoded {
  readonly classes: readonly string[];
  readonly count: number;
  /** Files that could not be read, and why. */
  readonly problems: readonly { readonly name: string; readonly message: string }[];
  /** Images of equal content; null where that is not known. */
  readonly duplicates: TwinReport | null;
}

/** The feature maps of a node. */
export interface Maps {
  /** [height, width, channels], or [features]. */
  readonly shape: readonly number[];
  /** The first `shown` channels: [shown, height, width], each scaled from its own minimum and maximum to 0 and 255. */
  readonly values: Uint8Array<ArrayBuffer>;
  readonly shown: number;
  /** Of all channels. */
  readonly min: number;
  readonly max: number;
}

export interface ProofCase {
  readonly id: number;
  readonly group: string;
  readonly name: string;
}

export interface ProofResult {
  readonly id: number;
  readonly passed: boolean;
  /** The largest relative L2 error, against float64. */
  readonly error: number;
  readonly allowed: number;
  /** What is out of bounds, one message each. */
  readonly failures: readonly string[];
  readonly milliseconds: number;
}

export interface PublishedProof {
  readonly source: string;
  readonly call: string;
  readonly passed: boolean;
  readonly message: string;
}

/** Milliseconds for one batch: the first time (cold), and the median of later times (warm). */
export interface SpeedResult {
  readonly what: string;
  readonly batch: number;
  readonly cold: number;
  readonly warm: number;
}

/** What every device is compared by, and what it takes here. */
export type NetworkSpeed = SpeedWorkload & SpeedReading;

/** A model, and what came with it. */
export interface FileToOpen {
  /** What it is called on the page. */
  readonly name: string;
  readonly files: readonly GivenFile[];
  /** What is known of weights that were fetched by name. */
  readonly known?: HubWeightsFile['options'];
  /** See FileFacts. */
  readonly keptAs?: string | null;
  /** Which network it is, where its tensors' shapes fit several. */
  readonly network: NetworkName | null;
}

/** Servers that the visitor chose; null for the usual ones. */
export interface HubServers {
  /** In place of `https://huggingface.co`. */
  readonly endpoint: string | null;
  /** In place of torchvision's and Keras's servers. */
  readonly mirror: string | null;
}

export interface HubRequest extends HubServers {
  readonly name: string;
  /** Whether no server is asked: what the storage has is taken. */
  readonly offline: boolean;
}

/** Weights that were fetched by name. */
export interface HubFile extends Pick<HubWeightsFile, 'file' | 'options'> {
  readonly blob: Blob;
  /** Whether the browser's storage has them; otherwise they are gone with the page. */
  readonly isKept: boolean;
}

/** The requests of the page, with their parameters and results. */
export interface Requests {
  start: { params: { readonly backend: BackendName }; result: BackendFacts };
  train: {
    params: Omit<TrainingConfig, 'from'> & {
      /** Whether it starts from the worker's model. */
      readonly fromModel: boolean;
    };
    result: TrainingEnd;
  };
  resume: { params: null; result: TrainingEnd };
  pause: { params: { readonly paused: boolean }; result: null };
  stop: { params: null; result: null };
  decode: {
    params: {
      readonly name: string;
      readonly files: readonly LabelledFile[];
      readonly classes: readonly string[];
      readonly size: number;
      /** Whether they are fitted as the worker's model wants them. */
      readonly forModel: boolean;
    };
    result: Decoded;
  };
  /** An image as the first epochs of a training will see it: [epochs, size, size, 3]. Needs no backend. */
  variedImage: {
    params: {
      readonly image: ImageSource;
      readonly size: number;
      readonly augment: readonly Augmentation[];
      readonly seed: number;
      readonly epochs: number;
    };
    result: Uint8Array<ArrayBuffer>;
  };
  decodeHdf5: {
    params: {
      readonly file: Blob;
      readonly name: string;
      /** Height and width to which images that aren't square are resized, in pixels; for the worker's model, all are. */
      readonly size: number;
      readonly forModel: boolean;
    };
    result: Decoded;
  };
  /** Opens a model that the page has saved. */
  openModel: {
    params: { readonly file: Blob; readonly about: Pick<ModelFacts, 'accuracy' | 'origin' | 'file'> };
    result: ModelFacts;
  };
  /** Opens a model of the visitor's. */
  openFile: { params: FileToOpen; result: ModelFacts };
  /** Looks into one; needs no backend. */
  inspectFile: { params: FileToOpen; result: FileInspection };
  /** Reads a parameter of the file that was looked into last. */
  tensorStatistics: { params: { readonly parameter: ParameterId }; result: TensorStatistics };
  /** Has the model's images prepared otherwise, or as when it was opened. */
  prepare: { params: { readonly preprocessing: PreprocessingName | 'given' }; result: ModelFacts };
  /** The seconds that the model takes for an image up to its last layer. */
  secondsPerImage: { params: { readonly size: number }; result: number };
  /** Answers when the storage holds what it is to hold. */
  whenSaved: { params: null; result: null };
  modelFile: { params: { readonly format: DownloadFormat }; result: Blob };
  predict: {
    params: { readonly image: ImageSource; readonly explain: number | 'best' | null };
    result: Prediction;
  };
  /** Classifies several image files; each that can't be decoded has its reason. */
  predictFiles: { params: { readonly files: readonly File[] }; result: readonly FileAnswer[] };
  /** The network of the worker's model. */
  modelNetwork: { params: null; result: Network };
  /** The output of a node, of the model or of a newly initialized network. */
  featureMaps: {
    params: { readonly network: Network | 'model'; readonly image: ImageSource; readonly node: number };
    result: Maps;
  };
  /** Fetches weights by name, or takes them from the browser's storage. Ends with the code `stopped` after `hubStop`. */
  hubFetch: { params: HubRequest; result: HubFile };
  hubStop: { params: null; result: null };
  /** What the browser's storage has, by name. */
  hubKept: { params: null; result: readonly CachedWeights[] };
  hubRemove: { params: { readonly name: string }; result: readonly CachedWeights[] };
  proofCases: { params: null; result: readonly ProofCase[] };
  proveCase: { params: { readonly id: number; readonly precision: 16 | 32 }; result: ProofResult };
  provePublished: { params: null; result: readonly PublishedProof[] };
  measureSpeed: { params: null; result: readonly SpeedResult[] };
  speedWorkloads: { params: null; result: readonly SpeedWorkload[] };
  /** An index of speedWorkloads. */
  measureNetwork: { params: { readonly index: number }; result: NetworkSpeed };
}

export type RequestKind = keyof Requests;
/** The requests that a worker of its own answers, the only one that asks other servers. */
export type HubRequestKind = Extract<RequestKind, `hub${string}`>;

/** From the page to the worker. */
export type ToWorker = {
  [Kind in RequestKind]: {
    readonly id: number;
    readonly kind: Kind;
    readonly params: Requests[Kind]['params'];
  };
}[RequestKind];

/** What went wrong: a message for the visitor, and a code for the page. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  /** The networks that a file may be of. */
  readonly networks?: readonly NetworkName[];
}

/** Events, which answer no request. */
export type WorkerEvent =
  | TrainingEvent
  | { readonly event: 'decoding'; readonly done: number; readonly of: number }
  /** How much of the opening of a file is done, 0 to 1. */
  | { readonly event: 'opening'; readonly share: number }
  | { readonly event: 'hub'; readonly progress: HubProgress }
  | { readonly event: 'device-lost'; readonly message: string };

/** From the worker to the page. */
export type FromWorker =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly problem: Problem }
  | WorkerEvent;
