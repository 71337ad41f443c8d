import type { WeightsOptions } from '../weights-file/weights-model.js';
import type { Checksum } from './checksum.js';
import type { HubName } from './hub-name.js';
import type { Patience } from './patience.js';

/** What a download is at: called each time that it changes, and as bytes arrive. */
export interface HubProgress {
  /** The name in one spelling, `hf:timm/resnet50.a1_in1k`. */
  readonly name: string;
  /** The file under way, `model.safetensors`; empty while the hub is asked which there are. */
  readonly file: string;
  /** The address that is asked, a mirror's if one was given. */
  readonly url: string;
  /**
   * - `asking`: for what there is, or for a file
   * - `downloading`: `bytes` of `of` are there
   * - `retrying`: after `reason`, in `waitMilliseconds`
   * - `waiting`: another process, or another tab, downloads the same file; `bytes` of it are there
   * - `checking`: the whole file's checksum is computed
   * - `done`: the file is in the cache
   */
  readonly state: 'asking' | 'downloading' | 'retrying' | 'waiting' | 'checking' | 'done';
  /** How many bytes of the file are there, those of an earlier attempt included. */
  readonly bytes: number;
  /** How many the whole file has; null if nobody says. */
  readonly of: number | null;
  /** What went wrong, if the state is `retrying`. */
  readonly reason?: string;
  readonly waitMilliseconds?: number;
}

/** How weights are fetched by name. */
export interface HubOptions {
  /** Takes only what is in the cache, and asks no server. */
  readonly offline?: boolean;
  /** Ends the work: what is under way throws the signal's reason. What has arrived is kept. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: HubProgress) => void;
  /** A token of Hugging Face, which is sent to `endpoint` alone; null for none. */
  readonly token?: string | null;
  /** Hugging Face's address, or a mirror's. Default: `https://huggingface.co`. */
  readonly endpoint?: string;
  /** An address that stands for `https://` and the host in those of torchvision's and Keras's files: `https://mirror.example/models`. */
  readonly mirror?: string;
  /** The most bytes that one file may have. Default: 2³¹, 2 GiB. */
  readonly maxBytes?: number;
  /** How long servers are waited for. */
  readonly patience?: Partial<Patience>;
}

/** Weights that were asked for by name, and are in the cache. */
export interface HubWeightsFile {
  readonly name: HubName;
  /** The file's own name, `model.safetensors`. */
  readonly file: string;
  readonly bytes: number;
  /** Whether anything was downloaded for it; false if all of it was in the cache. */
  readonly downloaded: boolean;
  /** Where it is from: its address. */
  readonly url: string;
  /** What it was checked against; null if nothing was known. */
  readonly checksum: Checksum | null;
  /** Of a repository on Hugging Face: the commit; null for other sources. */
  readonly commit: string | null;
  /** Why the newest commit could not be asked for, if the last one that was fetched is taken instead; otherwise null. */
  readonly unchecked: string | null;
  /** What is known of it, for `openWeights` and `readClassifier`. */
  readonly options: Pick<WeightsOptions, 'published' | 'configs'>;
}

/** Weights in the cache. */
export interface CachedWeights {
  /** As `parseHubName` takes it, with the commit if it is one of Hugging Face's: `hf:timm/resnet50.a1_in1k@767268…`. */
  readonly name: string;
  /** Of all its files. */
  readonly bytes: number;
  /** Whether the weights are not whole: their download was not finished. */
  readonly isPartial: boolean;
  /** Each file's path, from the cache's folder on. */
  readonly files: readonly string[];
}

/** What a file in the cache was found to be, when it was read. */
export interface VerifiedFile {
  /** As in `CachedWeights`. */
  readonly name: string;
  readonly path: string;
  /** Whether its download was not finished. */
  readonly isPartial: boolean;
  /** Whether its bytes are those that were published; null if no checksum was known, or not all are there. */
  readonly isRight: boolean | null;
}
