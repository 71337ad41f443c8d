import { disposeVariables, formatSummary, type Network, summarize } from '@resnetjs/core';
import { asNetworkName, buildNetwork, refuse } from '../build-network.js';
import type { SummaryCommandOptions } from '../command-options.js';
import { startBackend } from '../backends.js';
import { existsSync } from 'node:fs';
import { loadModel } from '../load-model.js';
import { networkNames } from '../network-options.js';

/** Prints a network's table, or its figures as JSON. */
export async function summary(
  name: string,
  options: SummaryCommandOptions,
  initializersGiven: boolean,
): Promise<void> {
  const network = await findNetwork(name, options, initializersGiven);
  const summary = summarize(network);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ ...summary, input: network.input })}\n`);
    return;
  }
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  process.stdout.write(`${formatSummary(summary, width === undefined ? {} : { width })}\n`);
}

async function findNetwork(
  name: string,
  options: SummaryCommandOptions,
  initializersGiven: boolean,
): Promise<Network> {
  const { inputShape, classes } = options;
  if (networkNames.some((known) => known === name) || !existsSync(name)) {
    return buildNetwork(asNetworkName(name), options, {
      ...(inputShape ? { input: inputShape } : {}),
      ...(classes === undefined ? {} : { classes }),
    });
  }
  const described = {
    '--input-shape': inputShape,
    '--classes': classes,
    '--plain': options.plain,
    '--l2': options.l2,
    '--stages': options.stages,
    '--final-conv': options.finalConv,
    '--no-shortcuts': options.shortcuts ? undefined : true,
    '--input-name': options.inputName,
    '--initializers': initializersGiven ? true : undefined,
  };
  refuse(described, `describes a network by name; ${name} is a model, which describes itself`);
  await startBackend('wasm');
  const model = await loadModel(name);
  disposeVariables(model.variables);
  return model.network;
}
