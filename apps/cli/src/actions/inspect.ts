import { printJson } from '../json/print-json.js';
import { inspectFile } from '../networks/inspect-file.js';
import { placeOf } from '../networks/open-file.js';
import type { InspectCommandOptions } from '../options/command-options.js';
import { formatInspection } from '../terminal/inspection.js';
import { paintFor } from '../terminal/paint.js';
import { columnsOf } from '../terminal/wrapped.js';

/** Prints what is in a file of weights; without a network that fits, its format and tensors, and why. */
export async function inspect(file: string, options: InspectCommandOptions): Promise<void> {
  const place = await placeOf(file, options);
  const { inspection, opened } = await inspectFile(place);
  if (options.json) return printJson('inspect', inspection);
  const text = formatInspection(inspection, {
    opened,
    withTensors: options.tensors ?? false,
    columns: columnsOf(process.stdout),
    paint: paintFor(process.stdout),
  });
  process.stdout.write(`${text}\n`);
}
