import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { countParameters, ResNetError } from '@resnetjs/core';
import {
  type EncodedWeights,
  type EncodeWeightsOptions,
  encodeWeights,
  type OpenedWeights,
  type WrittenFormat,
} from '@resnetjs/weights';
import { openContainer } from '@resnetjs/weights/containers';
import {
  listCheckpoints,
  prepareFolder,
  writeFileAtomically,
  writeFilesAtomically,
} from '@resnetjs/weights/node';
import type { Output } from '../json/outputs.js';
import { printJson } from '../json/print-json.js';
import { fileFacts, networkFacts } from '../networks/describe-model.js';
import { leftOutOf } from '../networks/inspect-file.js';
import { placeOf, type WeightsPlace, withWeights } from '../networks/open-file.js';
import { timmConfig } from '../networks/timm-config.js';
import { type ConvertTarget, convertTarget } from '../networks/convert-target.js';
import { unusedKinds } from '../networks/unused-kinds.js';
import { withoutClassifier } from '../networks/without-classifier.js';
import type { ConvertCommandOptions } from '../options/command-options.js';
import { formatConversion } from '../terminal/conversion.js';
import { Progress } from '../terminal/progress.js';
import { columnsOf } from '../terminal/wrapped.js';

/** Writes weights in another format, whole or not at all, and says what was assumed, left out and lost. */
export async function convert(from: string, out: string, options: ConvertCommandOptions): Promise<void> {
  const target = convertTarget(out, options.to);
  const place = await placeOf(from, options);
  if (isSame(place.path, target.path)) {
    throw badOption(`${out} is the file that is read. Give another file to write.`);
  }
  if (target.inFolder && (await listCheckpoints(dirname(target.path))).length > 0) {
    throw badOption(`${out} holds a training, whose model would no longer be its own. Give another folder.`);
  }
  const result = await withWeights(place, async (whole, source) => {
    const opened = options.classes === 'none' ? withoutClassifier(whole) : whole;
    const leftOut = unusedKinds(opened.unused, leftOutOf(await openContainer(source)));
    const encoded = encodeWeights(opened, encodeOptions(target, options));
    const config = target.inFolder && target.format === 'safetensors' ? timmConfig(opened) : null;
    const written = await write(opened, encoded, { target, config });
    return { opened, encoded, written, leftOut };
  });
  const output = describe(place, target, result);
  if (options.json) return printJson('convert', output);
  const columns = columnsOf(process.stdout);
  process.stdout.write(`${formatConversion(output, { opened: result.opened, target, columns })}\n`);
}

function encodeOptions({ format }: ConvertTarget, options: ConvertCommandOptions): EncodeWeightsOptions {
  const { names, half = false, batchSize, layout, fold } = options;
  return {
    ...{ to: format, half },
    ...(names && { dialect: names }),
    ...(batchSize !== undefined && { batchSize }),
    ...(layout && { layout }),
    ...(fold && { fold }),
  };
}

function isSame(a: string, b: string): boolean {
  return existsSync(b) && realpathSync(a) === realpathSync(b);
}

interface Written {
  readonly paths: readonly string[];
  readonly bytes: number;
}

async function write(
  opened: OpenedWeights,
  { parts, beside }: EncodedWeights,
  { target, config }: { readonly target: ConvertTarget; readonly config: object | null },
): Promise<Written> {
  const { path, inFolder } = target;
  const undo = inFolder ? await prepareFolder(dirname(path)) : () => {};
  const progress = new WritingProgress(4 * countParameters(opened.network).total);
  try {
    const paths = await writeFilesAtomically(path, {
      parts: progress.of(parts),
      beside: beside.map((each) => ({ ...each, parts: progress.of(each.parts) })),
    });
    const { bytes } = progress;
    if (config === null) return { paths, bytes };
    const configPath = join(dirname(path), 'config.json');
    await writeFileAtomically(configPath, new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`));
    return { paths: [path, configPath], bytes };
  } catch (error) {
    undo();
    throw error;
  } finally {
    progress.end();
  }
}

/** Shorter work shows no progress. */
const patienceMilliseconds = 1000;

/** How much of some files is written, shown if that takes longer than a moment. */
class WritingProgress {
  readonly #progress = new Progress(process.stderr);
  readonly #started = performance.now();
  readonly #about: number;
  /** Those that are written. */
  bytes = 0;

  constructor(about: number) {
    this.#about = about;
  }

  /** The parts of a file, as they are written. */
  async *of(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const part of parts) {
      yield part;
      this.bytes += part.length;
      if (performance.now() - this.#started < patienceMilliseconds) continue;
      const [done, of] = [this.bytes, Math.max(this.bytes, this.#about)].map((each) =>
        Math.ceil(each / 1e6),
      ) as [number, number];
      this.#progress.update({ label: 'writing', short: 'writing', done, of, unit: 'MB', figures: [] });
    }
  }

  end() {
    this.#progress.end();
  }
}

const factNames = ['classes', 'preprocessing', 'training'] as const;

/** What a format has a place for, beside weights. */
const placesIn: Readonly<Record<WrittenFormat, readonly (typeof factNames)[number][]>> = {
  resnetjs: factNames,
  safetensors: ['classes', 'preprocessing'],
  pytorch: [],
  keras: ['classes', 'preprocessing'],
  'keras-weights': ['classes', 'preprocessing'],
  onnx: ['classes', 'preprocessing'],
  tfjs: ['classes', 'preprocessing'],
};

interface Conversion {
  readonly opened: OpenedWeights;
  readonly encoded: EncodedWeights;
  readonly written: Written;
  readonly leftOut: Output<'convert'>['leftOut'];
}

function describe(
  place: WeightsPlace,
  { format }: ConvertTarget,
  { opened, encoded, written, leftOut }: Conversion,
): Output<'convert'> {
  const says = {
    classes: opened.classes !== null && opened.classesFrom !== 'assumed',
    preprocessing: opened.preprocessingFrom !== 'assumed',
    training: opened.training !== null,
  };
  const kept = placesIn[format];
  return {
    ...fileFacts(opened, place),
    ...networkFacts(opened),
    classes: opened.classes,
    written: written.paths,
    format,
    writtenNames: encoded.dialect,
    bytes: written.bytes,
    leftOut,
    notSaid: factNames.filter((fact) => says[fact] && !kept.includes(fact)),
    half: encoded.loss && { ...encoded.loss },
    onnx: encoded.onnx,
  };
}

const badOption = (message: string) => new ResNetError('bad-option', message);
