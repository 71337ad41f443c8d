// Imported before everything else, and readable by every Node that knows modules: an old one is told
// what to do instead of failing on the first thing that it lacks.
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const wanted = manifest.engines.node.replace('>=', '');

/** @param {string} version as `20.19.0`; a number that orders as versions do, up to the minor one */
function order(version) {
  const parts = version.split('.');
  return Number(parts[0]) * 1000 + Number(parts[1]);
}

if (order(process.versions.node) < order(wanted)) {
  const message = `ResNet.js needs Node ${wanted} or newer, and this is Node ${process.versions.node}.`;
  console.error(`${message} Get it from https://nodejs.org, then run the same command again.`);
  process.exit(1);
}
