// node packages/data/bench/decoders.mjs [FOLDER]: how far the decoders differ, as in the table of docs/images.md (after npm run build).
// FOLDER: images of your own. PYTHON (default: python3) needs Pillow and numpy; CHROMIUM (default: chromium) may be any Chromium.
// What isn't installed is left out.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeImage } from '../dist/node/index.js';
import { generateImages } from './generate-images.mjs';
import { decodeInChromium } from './in-chromium.mjs';

const { PYTHON = 'python3', CHROMIUM = 'chromium' } = process.env;
const script = fileURLToPath(new URL('../../../tooling/goldens/decode.py', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'resnetjs-decoders-'));
try {
  const images = await generateImages(scratch);
  const own = process.argv[2];
  if (own !== undefined) {
    const isImage = (name) => /^\.(jpe?g|png|webp)$/i.test(extname(name));
    for (const name of readdirSync(own).filter(isImage)) images.push({ name, file: join(own, name) });
  }
  const files = images.map(({ file }) => file);
  const node = await Promise.all(files.map((file) => decodeImage(file).catch((error) => error.code)));
  const pillow = decodeInPillow(files);
  const { agent, results: chromium } = await decodeInChromium(CHROMIUM, files);
  console.log(`Chromium: ${agent}\n`);
  console.log('| file | Node − Pillow | Chromium − Node |\n|---|---|---|');
  images.forEach(({ name }, i) => {
    console.log(`| ${name} | ${difference(node[i], pillow[i])} | ${difference(node[i], chromium[i])} |`);
  });
} finally {
  rmSync(scratch, { recursive: true });
}

function decodeInPillow(files) {
  try {
    const text = execFileSync(PYTHON, [script, scratch, ...files], { stdio: ['ignore', 'pipe', 'inherit'] });
    return JSON.parse(text).map(
      (size, i) =>
        size && {
          width: size[0],
          height: size[1],
          data: new Uint8Array(readFileSync(join(scratch, `${i}.rgb`))),
        },
    );
  } catch (error) {
    console.log(`Pillow is left out: ${error.message.split('\n')[0]}`);
    return files.map(() => null);
  }
}

/** The largest and the mean difference, in levels. */
function difference(a, b) {
  if (typeof a === 'string')
    return typeof b === 'string' || b === null ? 'both refuse it' : 'Node refuses it';
  if (!b) return '–';
  if (typeof b === 'string') return `refused: ${b}`;
  if (a.width !== b.width || a.height !== b.height)
    return `${b.width}×${b.height}, not ${a.width}×${a.height}`;
  let max = 0;
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    const delta = Math.abs(a.data[i] - b.data[i]);
    max = Math.max(max, delta);
    sum += delta;
  }
  return max === 0 ? 'equal' : `at most ${max}, mean ${(sum / a.data.length).toFixed(3)}`;
}
