import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top folder of the checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** @param {string} path from the top folder; what it holds as JSON */
export const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));

/** The folders that hold packages, as pnpm-workspace.yaml lists them: `packages/*` is `packages`. */
const shelves = Array.from(
  readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8').matchAll(/^ {2}- ["']?([\w-]+)\/\*["']?\s*$/gm),
  (match) => /** @type {string} */ (match[1]),
);

/**
 * The folders below the workspace's shelves, as `packages/core`, that hold this file.
 * @param {string} file
 */
export const foldersWith = (file) =>
  shelves
    .filter((shelf) => existsSync(join(root, shelf)))
    .flatMap((shelf) => readdirSync(join(root, shelf)).map((name) => `${shelf}/${name}`))
    .filter((folder) => existsSync(join(root, folder, file)))
    .sort();

/** The folders of the packages that are published, as `packages/core`. */
export const publishedFolders = () =>
  foldersWith('package.json').filter((folder) => !readJson(`${folder}/package.json`).private);

/** The names of the packages that are never published. */
export const privateNames = () =>
  foldersWith('package.json')
    .map((folder) => readJson(`${folder}/package.json`))
    .filter((manifest) => manifest.private)
    .map(({ name }) => /** @type {string} */ (name));

/**
 * All files below a folder; what is installed or cached there is left out.
 * @param {string} folder from the top folder
 * @returns {string[]} paths from the top folder
 */
export function filesBelow(folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return [path];
    return entry.name === 'node_modules' || entry.name === '.turbo' ? [] : filesBelow(path);
  });
}

/**
 * One line a file that changes when the file does.
 * @param {string} path from the top folder
 */
export function trace(path) {
  const { size, mtimeMs } = statSync(join(root, path));
  return `${path} ${size} ${mtimeMs}`;
}
