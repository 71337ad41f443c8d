import { resolve } from 'node:path';
import { ResNetError, renamedNetworks } from '@resnetjs/core';
import type { CheckpointSettings } from '@resnetjs/weights';
import type { Command, Option } from 'commander';
import type { TrainCommandOptions } from '../options/command-options.js';

/** Options of this call alone, which a checkpoint doesn't hold. */
const passing: readonly string[] = ['resume', 'out', 'json'];
/** What may be told anew when a training goes on; whether the images are the same is seen from their labels. */
const changeable: readonly string[] = [
  'epochs',
  'data',
  'validation',
  'onError',
  'checkpointEvery',
  'keep',
  'threads',
];
const places: readonly string[] = ['data', 'validation'];

/** What a checkpoint holds of the options, so that `--resume` needs no others. */
export function settingsOf(options: TrainCommandOptions): CheckpointSettings {
  const entries = Object.entries(options).filter(
    ([name, value]) => value !== undefined && !passing.includes(name),
  );
  return Object.fromEntries(
    entries.map(([name, value]) => [name, places.includes(name) ? placeOf(value) : value]),
  );
}

/** The same from every folder. */
function placeOf(spec: string): string {
  return spec.startsWith('synthetic:') ? spec : resolve(spec);
}

/** Options under the names that they had in checkpoints of format version 1. */
const formerNames: Readonly<Record<string, string>> = { pictures: 'images' };

/** In the words of this version. */
function inWords(settings: CheckpointSettings): CheckpointSettings {
  const entries = Object.entries(settings).map(([name, value]) => [
    Object.hasOwn(formerNames, name) ? formerNames[name] : name,
    name === 'network' ? (renamedNetworks[String(value)] ?? value) : value,
  ]);
  return Object.fromEntries(entries);
}

/** The options that a training resumes with: the checkpoint's, and what the command says. Throws `bad-option`, `bad-file`. */
export function resumedOptions(
  command: Command,
  saved: CheckpointSettings,
  run: string,
): TrainCommandOptions {
  const settings = inWords(saved);
  const told = command.opts();
  const options: Record<string, unknown> = { ...told, out: run };
  const given = (name: string) => command.getOptionValueSource(name) === 'cli';
  for (const option of command.options) {
    const name = option.attributeName();
    if (passing.includes(name)) continue;
    const before = settings[name] === undefined ? undefined : parse(option, settings[name]);
    if (given(name) && !changeable.includes(name) && told[name] !== before) {
      const began = before === undefined ? `without ${option.long}` : `with ${option.long} ${before}`;
      throw new ResNetError(
        'bad-option',
        `The training in ${run} began ${began}, which can't change on the way. Leave ${option.long} out, or begin another training.`,
        { option: option.long },
      );
    }
    if (!given(name)) options[name] = before;
  }
  const known = command.options.map((option) => option.attributeName());
  const unknown = Object.keys(settings).find((name) => !known.includes(name));
  if (unknown !== undefined) throw otherVersion(unknown);
  if (given('out') && resolve(told.out) !== resolve(run)) {
    throw new ResNetError(
      'bad-option',
      `--out is ${told.out}, but a training goes on in its own folder, ${run}. Leave --out out.`,
    );
  }
  if (Number(options.epochs) < Number(settings.epochs)) {
    throw new ResNetError(
      'bad-option',
      `The training in ${run} is one of ${settings.epochs} epochs: --epochs may be raised, not lowered to ${options.epochs}.`,
      { option: '--epochs' },
    );
  }
  return options as unknown as TrainCommandOptions;
}

/** By the option's own rules, as if it stood on the command line. */
function parse(option: Option, value: string | number | boolean): unknown {
  if (typeof value === 'boolean' && !option.required && !option.optional) return value;
  if (typeof value === 'boolean' || !option.required) throw otherVersion(option.attributeName());
  try {
    return option.parseArg ? option.parseArg(String(value), undefined) : String(value);
  } catch (cause) {
    throw otherVersion(option.attributeName(), cause);
  }
}

function otherVersion(name: string, cause?: unknown): ResNetError {
  return new ResNetError(
    'bad-file',
    `The checkpoint has a setting "${name}" that this version doesn't know. Go on with the version that wrote it.`,
    { name },
    { cause },
  );
}
