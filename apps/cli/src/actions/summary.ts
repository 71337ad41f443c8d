import { formatSummary, summarize } from '@resnetjs/core';
import { findNetwork } from '../networks/find-network.js';
import { printJson } from '../json/print-json.js';
import type { SummaryCommandOptions } from '../options/command-options.js';
import { columnsOf } from '../terminal/wrapped.js';

/** Prints a network's summary: Keras's table, or JSON. */
export async function summary(name: string, options: SummaryCommandOptions): Promise<void> {
  const network = await findNetwork(name, options);
  const summary = summarize(network, options.layerNames === undefined ? {} : { dialect: options.layerNames });
  if (options.json) {
    return printJson('summary', { ...summary, inputShape: network.input });
  }
  process.stdout.write(`${formatSummary(summary, { width: columnsOf(process.stdout) })}\n`);
}
