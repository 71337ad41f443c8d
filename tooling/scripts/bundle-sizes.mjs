import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { codeBlocks } from '../readme/src/code-blocks.mjs';
import { root } from './workspace.mjs';

/**
 * What a page loads for it, minified: JavaScript at once, and at most this many bytes of it.
 * @type {readonly { what: string, limit: number, source: () => string }[]}
 */
const bundles = [
  { what: 'the quickstart', limit: 570_000, source: quickstart },
  {
    what: 'decodeClassifier',
    limit: 180_000,
    source: () => "export { decodeClassifier } from '@resnetjs/weights';",
  },
  // The readers of weights alone, and the Wasm backend; those of graphs come when they are used. Whoever only runs models of ours takes
  // decodeClassifier, which is spared the others.
  { what: 'load', limit: 640_000, source: () => "export { load } from 'resnetjs/browser';" },
  { what: 'summarize', limit: 15_500, source: () => "export { summarize } from '@resnetjs/core/network';" },
];

function quickstart() {
  const blocks = codeBlocks(readFileSync(join(root, 'packages/resnetjs/README.md'), 'utf8'));
  return /** @type {{ code: string }} */ (blocks.find(({ language }) => language === 'js')).code;
}

/**
 * Bundles parts of the packages that are installed in a project by esbuild, as pages have them, and weighs them.
 * @param {string} project
 * @returns {Promise<{ sizes: readonly string[], problems: readonly string[] }>}
 */
export async function weighBundles(project) {
  const weighed = await Promise.all(
    bundles.map(async ({ what, limit, source }) => ({ what, limit, ...(await weigh(source(), project)) })),
  );
  const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  return {
    sizes: weighed.map(
      ({ what, first, later }) =>
        `${what}: ${kilobytes(first)}${later === 0 ? '' : `, and ${kilobytes(later)} that are loaded when they are used`}`,
    ),
    problems: weighed
      .filter(({ first, limit }) => first > limit)
      .map(({ what, first, limit }) => `${what} has ${first} bytes in a bundle, more than ${limit}`),
  };
}

/**
 * @param {string} contents of a module
 * @param {string} project
 * @returns {Promise<{ first: number, later: number }>} bytes that are loaded at once, and those of dynamic imports
 */
async function weigh(contents, project) {
  const { metafile } = await build({
    stdin: { contents, resolveDir: project },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    outdir: join(project, 'bundled'),
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const { outputs } = metafile;
  const entry = Object.keys(outputs).find((file) => outputs[file]?.entryPoint === '<stdin>') ?? '';
  /** @type {Set<string>} */
  const loaded = new Set();
  /** @param {string} file */
  const load = (file) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const each of outputs[file]?.imports ?? []) if (each.kind === 'import-statement') load(each.path);
  };
  load(entry);
  const bytes = (/** @type {readonly string[]} */ files) =>
    files.reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
  const first = bytes([...loaded]);
  return { first, later: bytes(Object.keys(outputs)) - first };
}
