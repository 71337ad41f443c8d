// node tooling/goldens/dist/find-draws.js: for family.json, draws at which thin networks are off the kinks, and none of their
// gradients is 0 throughout.
import type { NetworkName } from '@resnetjs/core';
import { clearance } from './clearance.js';
import { family, thinNames, type Thinning } from './golden.js';
import { referenceTraining, referenceVariables } from './training-reference.js';

/** Of this many draws, the one with the largest clearance. */
const draws = 12;

for (const name of thinNames) {
  const candidates = Array.from({ length: draws }, (_, draw) => clearanceOf(name, draw));
  const best = candidates.indexOf(Math.max(...candidates));
  const { divisor } = family.thin[name] as Thinning;
  console.log(
    `"${name}": { "divisor": ${divisor}, "draw": ${best} },  ${candidates[best]?.toExponential(1)}`,
  );
}

function clearanceOf(name: NetworkName, draw: number): number {
  const thin = { ...(family.thin[name] as Thinning), draw };
  const source = family.networks[name].source;
  const images =
    source === 'cifar' || source === 'mlperf' ? ([4, 32, 32, 3] as const) : ([4, 64, 64, 3] as const);
  const golden = { network: name, classes: 11, thin, training: { images } };
  const { network, pass } = referenceTraining(golden, referenceVariables(golden));
  // A bias before a normalization has a gradient of 0.
  const isDead = [...pass.weights].some(
    ([id, { data }]) => !id.endsWith('.bias') && data.every((value) => value === 0),
  );
  return isDead ? 0 : clearance(network, pass);
}
