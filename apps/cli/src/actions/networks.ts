import {
  countParameters,
  createNetwork,
  multiplyAdds,
  networkEntries,
  networkFamilies,
} from '@resnetjs/core';
import { hubWeights } from '@resnetjs/weights';
import { printJson } from '../json/print-json.js';
import type { NetworksCommandOptions } from '../options/command-options.js';
import { networkNames } from '../options/network-options.js';
import { resnetCommand } from '../process/command-name.js';
import { formatNetworks, type ListedNetwork } from '../terminal/networks.js';
import { paintFor } from '../terminal/paint.js';
import { columnsOf, wrapped } from '../terminal/wrapped.js';

/** Prints every network of the catalogue, family by family. */
export async function networks({ json }: NetworksCommandOptions): Promise<void> {
  const list = networkFamilies.flatMap((family) =>
    networkNames.filter((name) => networkEntries[name].family === family).map(describe),
  );
  if (json) return printJson('networks', { networks: list });
  const columns = columnsOf(process.stdout);
  const text = formatNetworks(list, { columns, paint: paintFor(process.stdout) });
  const published = new Set(hubWeights().map(({ network }) => network)).size;
  const hint = `There are published weights of ${published} of them: ${resnetCommand} hub`;
  process.stdout.write(`${text}\n\n${wrapped(hint, { columns })}\n`);
}

function describe(name: (typeof networkNames)[number]): ListedNetwork {
  const { family, paper, input, classes } = networkEntries[name];
  const network = createNetwork(name);
  return {
    ...{ name, family, paper, inputShape: input, classes },
    parameters: countParameters(network),
    multiplyAdds: multiplyAdds(network),
  };
}
