// node packages/data/bench/sweep.mjs FOLDER [FILE.json]: decodes every JPEG, PNG and WebP file below a folder, known by its first
// bytes, with Node's decoder, Chromium's and Pillow, and compares the pixels (after npm run build). Made for test suites of odd
// files: docs/images.md has a result. PYTHON (default: python3) needs Pillow and numpy; CHROMIUM (default: chromium).
import { closeSync, openSync, readdirSync, readSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import sharp from 'sharp';
import { decodeImage } from '../dist/node/index.js';
import { comparePixels } from './compare-pixels.mjs';
import { decodeInChromium } from './in-chromium.mjs';
import { decodeInPillow, pillowVersion } from './in-pillow.mjs';

const { PYTHON = 'python3', CHROMIUM = 'chromium' } = process.env;
const [folder, report] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node packages/data/bench/sweep.mjs FOLDER [FILE.json]');

const started = performance.now();
const images = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .sort()
  .flatMap((path) => ({ path, kind: kindOf(path) }))
  .filter(({ kind }) => kind !== null);
const paths = images.map(({ path }) => path);

const versions = { sharp: sharp.versions.sharp, Pillow: pillowVersion(PYTHON) };
const onAgent = (agent) => {
  versions.Chromium = agent.replace('Chrome/', '');
};
const inChromium = decodeInChromium(CHROMIUM, paths, { onAgent });
const inPillow = decodeInPillow(PYTHON, paths);
const records = [];
for (const { path, kind } of images) {
  const node = await decodeImage(path).catch(String);
  const { value: chromium } = await inChromium.next();
  const { value: pillow } = inPillow.next();
  records.push({
    file: relative(folder, path),
    kind,
    ...refusals({ node, chromium, pillow }),
    'Node, Chromium': verdict(node, chromium),
    'Node, Pillow': verdict(node, pillow),
  });
}
await inChromium.return();
const seconds = Math.round((performance.now() - started) / 1000);

const outcomes = [
  'equal',
  'within one level',
  'further',
  'another size',
  'refused by one',
  'refused by both',
];
console.log(
  `${images.length} files in ${seconds} s; ${Object.entries(versions)
    .map((v) => v.join(' '))
    .join(', ')}\n`,
);
console.log(`| | files | ${outcomes.join(' | ')} |\n|---|---|${outcomes.map(() => '---|').join('')}`);
for (const pair of ['Node, Chromium', 'Node, Pillow'])
  for (const kind of ['jpeg', 'png', 'webp']) {
    const some = records.filter((record) => record.kind === kind);
    const counts = outcomes.map(
      (outcome) => some.filter((record) => record[pair].outcome === outcome).length,
    );
    console.log(`| ${pair}: ${kind} | ${some.length} | ${counts.join(' | ')} |`);
  }
const refusedByAll = records.filter(({ refused }) => refused && Object.keys(refused).length === 3).length;
console.log(`\nrefused by all three: ${refusedByAll}`);
if (report) writeFileSync(report, JSON.stringify({ seconds, versions, records }, null, 1));

function kindOf(path) {
  const start = Buffer.alloc(12);
  const file = openSync(path);
  readSync(file, start);
  closeSync(file);
  const text = start.toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  return text.startsWith('RIFF') && text.endsWith('WEBP') ? 'webp' : null;
}

function refusals(decoded) {
  const refused = Object.entries(decoded).filter(([, result]) => typeof result === 'string');
  return refused.length > 0 ? { refused: Object.fromEntries(refused) } : {};
}

function verdict(a, b) {
  const refused = [a, b].filter((result) => typeof result === 'string').length;
  if (refused > 0) return { outcome: refused === 2 ? 'refused by both' : 'refused by one' };
  const difference = comparePixels(a, b);
  if (difference.sizes) return { outcome: 'another size', ...difference };
  const outcome = difference.max === 0 ? 'equal' : difference.max === 1 ? 'within one level' : 'further';
  return { outcome, ...difference };
}
