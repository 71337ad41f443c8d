// Prints the names of every network's parameters and layers, for tooling/goldens/names.py. Needs a build
// (node tooling/scripts/build.mjs).
import { networks } from '../../packages/core/dist/index.js';
import { sourceNames } from '../../packages/core/dist/network/source-names.test-support.js';

const names = Object.entries(networks).map(([name, build]) => [name, sourceNames(build())]);
process.stdout.write(`${JSON.stringify(Object.fromEntries(names))}\n`);
