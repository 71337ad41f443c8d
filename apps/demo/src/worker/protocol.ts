import type { Network } from '@resnetjs/core';

// What the page and its worker say to each other. One worker computes on one backend; the page starts another for another.

/** Backends that a browser can have. */
export const backendNames = ['wasm', 'webgl'] as const;
export type BackendName = (typeof backendNames)[number];

/** What a backend's package tells of itself, as it started here. */
export interface BackendFacts {
  readonly name: BackendName;
  readonly threads: number;
  /** Bits of a number as the device stores it. */
  readonly precision: 16 | 32;
  readonly details: Readonly<Record<string, string>>;
  /** Seconds until it could compute. */
  readonly seconds: number;
}

/** A network with its shortcuts, or the same without. */
export type Lane = 'residual' | 'plain';

/** Where images to train on come from: drawn here, or the visitor's own, which the worker decoded last and holds. */
export type DataOrder =
  | { readonly kind: 'signs'; readonly size: number; readonly count: number }
  | { readonly kind: 'own' };

export interface NetworkOrder {
  readonly name: 'preact/resnet' | 'course/resnet50';
  /** Residual blocks of preact/resnet. */
  readonly blocks: number;
  /** Without normalization, the vanishing gradient of 2015 is plain to see. */
  readonly normalized: boolean;
}

export interface RecipeOrder {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly schedule: 'constant' | 'cosine';
  readonly seed: number;
}

export interface TrainingOrder {
  readonly data: DataOrder;
  readonly network: NetworkOrder;
  /** The first is the one that is kept as the model. */
  readonly lanes: readonly Lane[];
  readonly recipe: RecipeOrder;
}

export interface Figures {
  readonly loss: number;
  readonly accuracy: number;
}

export interface Evaluated extends Figures {
  readonly images: number;
  /** By true class, how often each class was answered. */
  readonly confusion: readonly (readonly number[])[];
}

/** The length of a step's gradient by the kernel of each convolution and dense layer, first to last. */
export interface GradientNorms {
  readonly lane: Lane;
  readonly step: number;
  /** Layers with weights from the images to this one. */
  readonly depths: readonly number[];
  readonly norms: readonly number[];
}

/** What a training tells while it runs. Steps count from 1 over all epochs. */
export type TrainingEvent =
  | {
      readonly event: 'step';
      readonly lane: Lane;
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
      readonly lane: Lane;
      readonly what: 'statistics' | 'validating';
      /** 0 to 1. */
      readonly share: number;
    }
  | ({
      readonly event: 'judged';
      readonly lane: Lane;
      readonly epoch: number;
      readonly step: number;
    } & Evaluated)
  | { readonly event: 'diverged'; readonly lane: Lane; readonly message: string }
  | { readonly event: 'saved'; readonly step: number; readonly bytes: number }
  | { readonly event: 'save-failed'; readonly message: string };

export interface TrainingEnd {
  /** Whether all epochs were run; false where it was stopped. */
  readonly completed: boolean;
  readonly steps: number;
  readonly model: ModelFacts;
}

/** What is known of the model in the worker. */
export interface ModelFacts {
  readonly network: string;
  readonly classes: readonly string[];
  readonly size: readonly [height: number, width: number];
  /** How other images are brought to that size: stretched, or their middle cut out. */
  readonly fit: 'fill' | 'crop';
  readonly parameters: number;
  /** Of the images that it never saw, where it was judged. */
  readonly accuracy: number | null;
  readonly origin: 'trained here' | 'opened';
}

export interface Prediction {
  readonly probabilities: readonly number[];
  /** From pixels to probabilities. */
  readonly milliseconds: number;
  /** The image as the network sees it: [height, width, 3]. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Grad-CAM of the asked class: how much each place spoke for it, 0 to 1. */
  readonly heat: { readonly height: number; readonly width: number; readonly values: Float32Array } | null;
}

/** An image as a file, or at the network's size already. */
export type ImageOrder =
  | { readonly kind: 'file'; readonly file: Blob }
  | { readonly kind: 'sign'; readonly index: number };

/** A file of the visitor's, and which class its folder stands for. */
export interface LabelledFile {
  readonly file: Blob;
  readonly name: string;
  readonly label: number;
}

/** What the worker holds of the visitor's images now. */
export interface Decoded {
  readonly classes: readonly string[];
  readonly count: number;
  /** Files that could not be read, and why. */
  readonly problems: readonly { readonly name: string; readonly message: string }[];
}

/** What a layer makes of an image. */
export interface Maps {
  /** [height, width, channels], or [features]. */
  readonly shape: readonly number[];
  /** The first channels, as many as are shown: [shown, height, width], each from its own least to its own most, 0 to 255. */
  readonly values: Uint8Array<ArrayBuffer>;
  readonly shown: number;
  /** Of all channels. */
  readonly least: number;
  readonly most: number;
}

export interface ProofCase {
  readonly id: number;
  readonly group: string;
  readonly name: string;
}

export interface ProofResult {
  readonly id: number;
  readonly passed: boolean;
  /** The largest relative distance (L2) to the float64 truth. */
  readonly error: number;
  readonly allowed: number;
  /** What departs, in words. */
  readonly failures: readonly string[];
  readonly milliseconds: number;
}

export interface PublishedProof {
  readonly source: string;
  readonly call: string;
  readonly passed: boolean;
  readonly message: string;
}

/** Milliseconds of one pass over a batch: the first time, and the median of later ones. */
export interface SpeedResult {
  readonly what: string;
  readonly batch: number;
  readonly cold: number;
  readonly warm: number;
}

/** What the page can ask, and what it gets. */
export interface Requests {
  start: { ask: { readonly backend: BackendName }; get: BackendFacts };
  train: { ask: TrainingOrder; get: TrainingEnd };
  resume: { ask: null; get: TrainingEnd };
  pause: { ask: { readonly paused: boolean }; get: null };
  stop: { ask: null; get: null };
  decode: {
    ask: {
      readonly name: string;
      readonly files: readonly LabelledFile[];
      readonly classes: readonly string[];
      readonly size: number;
    };
    get: Decoded;
  };
  decodeHdf5: { ask: { readonly file: Blob; readonly name: string }; get: Decoded };
  openModel: { ask: { readonly file: Blob; readonly kept: boolean }; get: ModelFacts };
  modelFile: { ask: null; get: Blob };
  predict: {
    ask: { readonly image: ImageOrder; readonly explain: number | 'best' | null };
    get: Prediction;
  };
  /** The model's own network. */
  modelNetwork: { ask: null; get: Network };
  /** Of the model, or of a network with first values: what node `node` gives. */
  featureMaps: {
    ask: { readonly network: Network | 'model'; readonly image: ImageOrder; readonly node: number };
    get: Maps;
  };
  proofCases: { ask: null; get: readonly ProofCase[] };
  proveCase: { ask: { readonly id: number; readonly precision: 16 | 32 }; get: ProofResult };
  provePublished: { ask: null; get: readonly PublishedProof[] };
  measureSpeed: { ask: null; get: readonly SpeedResult[] };
}

export type RequestKind = keyof Requests;

/** From the page to the worker. */
export type ToWorker = {
  [Kind in RequestKind]: { readonly id: number; readonly kind: Kind; readonly ask: Requests[Kind]['ask'] };
}[RequestKind];

/** What went wrong, in words for a visitor, and a code for the page. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

/** What the worker tells without having been asked. */
export type WorkerEvent =
  | TrainingEvent
  | { readonly event: 'decoding'; readonly done: number; readonly of: number }
  | { readonly event: 'device-lost'; readonly message: string };

/** From the worker to the page. */
export type FromWorker =
  | { readonly id: number; readonly get: unknown }
  | { readonly id: number; readonly problem: Problem }
  | WorkerEvent;
