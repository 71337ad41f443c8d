// Divides a dataset into five folds without near twins across them, and writes these as JSON:
//
//     node tooling/experiments/folds.mjs DATA OUT.json [--test FILE] [--threshold 0.2] [--seed 0]
//
// With --test it also counts the images there that have a near twin in DATA. Needs a build.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openDataset } from '@resnetjs/data/node';
import { distance, groupNearTwins, thumbnail } from './src/near-twins.mjs';
import { stratifiedFolds } from './src/stratified-folds.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    test: { type: 'string' },
    threshold: { type: 'string', default: '0.2' },
    seed: { type: 'string', default: '0' },
  },
});
const [data, out] = positionals;
if (data === undefined || out === undefined) {
  console.error(
    'node tooling/experiments/folds.mjs DATA OUT.json [--test FILE] [--threshold 0.2] [--seed 0]',
  );
  process.exit(2);
}
const threshold = Number(values.threshold);

/**
 * @param {string} spec
 * @param {'train' | 'test'} split
 */
async function openThumbnails(spec, split) {
  const dataset = await openDataset(spec, { imageSize: 64, split });
  const [height, width, channels] = dataset.shape;
  const bytes = height * width * channels;
  const pixels = await dataset.read([...dataset.labels.keys()]); // [images, height, width, channels]
  const thumbnails = Array.from(dataset.labels, (_, index) =>
    thumbnail(pixels.subarray(index * bytes, (index + 1) * bytes), dataset.shape),
  );
  return { dataset, thumbnails };
}

const { dataset, thumbnails } = await openThumbnails(data, 'train');
const groups = groupNearTwins(thumbnails, threshold);
const folds = stratifiedFolds(dataset.labels, groups, { count: 5, seed: Number(values.seed) });
const sizes = new Map();
for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
const twins = [...sizes.values()].filter((size) => size > 1);
console.log(`${dataset.description}
groups of near twins (below ${threshold}): ${twins.length}, with ${twins.reduce((sum, size) => sum + size, 0)} images, at most ${Math.max(0, ...twins)} in one
images in each fold: ${folds.map((fold) => fold.length).join(', ')}`);
if (values.test !== undefined) {
  const test = await openThumbnails(values.test, 'test');
  const near = test.thumbnails.filter((one) => thumbnails.some((other) => distance(one, other) < threshold));
  console.log(`test images with a near twin among these: ${near.length} of ${test.thumbnails.length}`);
}
writeFileSync(out, `${JSON.stringify({ images: dataset.labels.length, threshold, folds })}\n`);
process.exit(0);
