// Prints the networks of packages/parity's goldens as JSON, for tooling/goldens/reference.py: flat lists of nodes,
// as from `walk`, and parameters. Needs a build (node tooling/scripts/build.mjs).
import { outputShape, parameters, siteName, walk } from '../../packages/core/dist/index.js';
import {
  goldenLosses,
  goldenNetworks,
} from '../../packages/parity/dist/reference/golden-networks.test-support.js';

const networks = goldenNetworks.map(({ name, network, batch }) => ({
  name,
  batch,
  input: network.input,
  output: outputShape(network),
  nodes: walk(network).map(({ site, op, from }) => ({ site: siteName(site), op, from })),
  parameters: parameters(network).map(({ id, role, shape }) => ({ id, role, shape })),
}));
process.stdout.write(`${JSON.stringify({ networks, losses: goldenLosses })}\n`);
