// node packages/data/bench/augment.mjs: the processor time that augmentation takes, in µs an image (after npm run build).
import { parseAugmentations } from '../../recipe/dist/index.js';
import { augmentBatch } from '../dist/index.js';

const pipelines = [
  'flip,translate',
  'flip,rotate,translate',
  'crop,flip',
  'crop,flip,color',
  'trivialAugment',
  'flip,translate,randAugment',
  'crop,flip,rotate,shear,color,gray,blur,erase',
];
const sides = [32, 64, 224];
const count = 16;
const rounds = 9;

console.log(`| augmentations | ${sides.map((side) => `${side}²`).join(' | ')} |`);
console.log(`|---|${sides.map(() => '---').join('|')}|`);
for (const text of pipelines) {
  const augment = parseAugmentations(text);
  const times = sides.map((side) => leastTime(augment, side).toFixed(0));
  console.log(`| \`${text}\` | ${times.join(' | ')} |`);
}

/** µs an image, the least of the rounds: other work on the machine only adds to it. */
function leastTime(augment, side) {
  const images = Uint8Array.from({ length: count * side * side * 3 }, (_, i) => (i * 7919) >> 4);
  const indices = Uint32Array.from({ length: count }, (_, i) => i);
  const perRound = Math.max(1, Math.round(64 / side) ** 2); // batches
  const times = [];
  let epoch = 0;
  for (let round = 0; round < rounds + 5; round++) {
    const before = process.cpuUsage();
    for (let batch = 0; batch < perRound; batch++)
      augmentBatch({ images, shape: [side, side, 3], indices, augment, seed: 0, epoch: ++epoch });
    const { user, system } = process.cpuUsage(before);
    if (round >= 5) times.push((user + system) / perRound / count);
  }
  return Math.min(...times);
}
