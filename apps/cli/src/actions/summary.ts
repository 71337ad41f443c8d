import { formatSummary, summarize } from '@resnetjs/core';
import { findNetwork } from '../networks/find-network.js';
import type { SummaryCommandOptions } from '../options/command-options.js';

/** Prints a network's summary: Keras's table, or JSON. */
export async function summary(
  name: string,
  options: SummaryCommandOptions,
  initializationGiven: boolean,
): Promise<void> {
  const network = await findNetwork(name, options, initializationGiven);
  const summary = summarize(network, options.names === undefined ? {} : { dialect: options.names });
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ ...summary, inputShape: network.input })}\n`);
    return;
  }
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  process.stdout.write(`${formatSummary(summary, width === undefined ? {} : { width })}\n`);
}
