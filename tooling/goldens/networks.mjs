// Prints the networks of packages/parity's goldens as JSON, for tooling/goldens/reference.py: flat lists of steps,
// as `walk` gives them, and parameters. Reads the build, which node tooling/scripts/build.mjs makes.
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
  steps: walk(network).map(({ site, op, from }) => ({ site: siteName(site), op, from })),
  parameters: parameters(network).map(({ id, role, shape }) => ({ id, role, shape })),
}));
process.stdout.write(`${JSON.stringify({ networks, losses: goldenLosses })}\n`);
