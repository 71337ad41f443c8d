// node packages/data/bench/decoders.mjs [FOLDER]: how far the decoders differ, as in the table of docs/images.md (after npm run build).
// FOLDER: images of your own. PYTHON (default: python3) needs Pillow and numpy; CHROMIUM (default: chromium) may be any Chromium.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { decodeImage } from '../dist/node/index.js';
import { comparePixels } from './compare-pixels.mjs';
import { generateImages } from './generate-images.mjs';
import { decodeInChromium } from './in-chromium.mjs';
import { decodeInPillow, pillowVersion } from './in-pillow.mjs';

const { PYTHON = 'python3', CHROMIUM = 'chromium' } = process.env;
const scratch = mkdtempSync(join(tmpdir(), 'resnetjs-decoders-'));
try {
  const images = await generateImages(scratch);
  const own = process.argv[2];
  if (own !== undefined) {
    const isImage = (name) => /^\.(jpe?g|png|webp)$/i.test(extname(name));
    for (const name of readdirSync(own).filter(isImage)) images.push({ name, file: join(own, name) });
  }
  const files = images.map(({ file }) => file);
  const node = await Promise.all(files.map((file) => decodeImage(file).catch(String)));
  const pillow = [...decodeInPillow(PYTHON, files)];
  const chromium = [];
  for await (const each of decodeInChromium(CHROMIUM, files, { onAgent: console.log })) chromium.push(each);
  console.log(`Pillow ${pillowVersion(PYTHON)}\n`);
  console.log('| file | Node − Pillow | Chromium − Node |\n|---|---|---|');
  images.forEach(({ name }, i) => {
    console.log(`| ${name} | ${difference(node[i], pillow[i])} | ${difference(node[i], chromium[i])} |`);
  });
} finally {
  rmSync(scratch, { recursive: true });
}

function difference(a, b) {
  if (typeof a === 'string') return typeof b === 'string' ? 'both refuse it' : 'Node refuses it';
  if (typeof b === 'string') return `refused: ${b}`;
  const { sizes, max, mean } = comparePixels(a, b);
  if (sizes) return sizes.join(', not ');
  return max === 0 ? 'equal' : `at most ${max}, mean ${mean.toFixed(3)}`;
}
