// node packages/data/bench/signs.mjs: how fast synthetic:signs generates images, per second in one thread (after tsc -b).
import { syntheticSigns } from '../dist/index.js';

for (const size of [32, 64, 128]) {
  const dataset = syntheticSigns({ size, count: 4096 });
  const batch = Array.from({ length: 64 }, (_, i) => i);
  await dataset.read(batch);
  const start = performance.now();
  let done = 0;
  for (; performance.now() - start < 2000; done += 64)
    await dataset.read(batch.map((i) => (i + done) % 4096));
  console.log(`${size} pixels: ${Math.round((done / (performance.now() - start)) * 1000)} images per second`);
}
