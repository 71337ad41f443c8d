import { formatSummary, summarize } from '@resnetjs/core';
import { findNetwork } from '../networks/find-network.js';
import type { SummaryCommandOptions } from '../options/command-options.js';

/** Prints a network's summary: Keras's table, or JSON. */
export async function summary(name: string, options: SummaryCommandOptions): Promise<void> {
  const network = await findNetwork(name, options);
  const summary = summarize(network, options.layerNames === undefined ? {} : { dialect: options.layerNames });
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ ...summary, inputShape: network.input })}\n`);
    return;
  }
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  process.stdout.write(`${formatSummary(summary, width === undefined ? {} : { width })}\n`);
}
