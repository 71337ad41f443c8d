import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isWeightsConfig } from '../weights-file/config-json.js';

/** What timm and transformers write beside a file of weights. */
const configNames = ['config.json', 'preprocessor_config.json'] as const;
const maxBytes = 2 ** 24;

/** A configuration beside a file of weights. */
export interface ConfigBeside {
  readonly path: string;
  /** Its JSON, for the option `configs`. */
  readonly config: unknown;
}

/**
 * The configurations of timm or transformers in the folder of a file of weights; none if there are none. Other files of
 * these names are left alone.
 *
 * @example
 * ```ts
 * const configs = (await configsBeside(path)).map(({ config }) => config);
 * const opened = await openWeights(source, { configs });
 * ```
 */
export async function configsBeside(file: string): Promise<readonly ConfigBeside[]> {
  const found: ConfigBeside[] = [];
  for (const name of configNames) {
    const path = join(dirname(file), name);
    const bytes = await readFile(path).catch(() => undefined);
    const config = bytes === undefined || bytes.length > maxBytes ? undefined : parsed(bytes);
    if (isWeightsConfig(config)) found.push({ path, config });
  }
  return found;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
