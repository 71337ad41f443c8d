// node ../../tooling/scripts/inline-private.mjs NAME, in a package's folder, after its `tsc -b`: copies the private package
// NAME into dist/private and lets dist import it from there, since nobody can install it. Doing it again changes nothing.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix, relative, sep } from 'node:path';
import { filesBelow, foldersWith, readJson, root } from './workspace.mjs';

/**
 * The code and declarations below a folder, but for tests, which are not published. All paths are from the top folder.
 * @param {string} folder
 */
const codeBelow = (folder) =>
  filesBelow(folder).filter((file) => /\.(js|d\.ts)$/.test(file) && !/\.test(-support)?\./.test(file));

/** @param {string} file */
const read = (file) => readFileSync(join(root, file), 'utf8');

/**
 * Copies without source maps: the sources that they name are not published.
 * @param {string} from
 * @param {string} to
 */
function copyCode(from, to) {
  rmSync(join(root, to), { recursive: true, force: true });
  for (const file of codeBelow(from)) {
    const copy = join(root, to, posix.relative(from, file));
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, read(file).replace(/^\/\/# sourceMappingURL=.*\n?/m, ''));
  }
}

/**
 * Where a file imports the package, it imports the file `entry` instead. Lines stay lines, so that source maps hold.
 * @param {string} file
 * @param {string} name
 * @param {string} entry
 */
function redirect(file, name, entry) {
  const path = posix.relative(posix.dirname(file), entry);
  const specifier = path.startsWith('.') ? path : `./${path}`;
  const text = read(file);
  const redirected = text.replaceAll(`'${name}'`, `'${specifier}'`).replaceAll(`"${name}"`, `"${specifier}"`);
  if (redirected !== text) writeFileSync(join(root, file), redirected);
}

const [name = ''] = process.argv.slice(2);
const source = foldersWith('package.json').find((path) => readJson(`${path}/package.json`).name === name);
if (source === undefined) throw new Error(`No package of this workspace is named "${name}".`);
const manifest = readJson(`${source}/package.json`);
if (!manifest.private) throw new Error(`${name} is published: name it under "dependencies" instead.`);
if (manifest.dependencies)
  throw new Error(`${name} has dependencies, which would be lacking where it is copied to.`);

const dist = `${relative(root, process.cwd()).split(sep).join('/')}/dist`;
const copies = `${dist}/private`;
copyCode(`${source}/dist`, `${copies}/${basename(source)}`);
const entry = posix.join(copies, basename(source), posix.relative('dist', manifest.exports['.'].default));
for (const file of codeBelow(dist)) {
  if (!file.startsWith(`${copies}/`)) redirect(file, name, entry);
}
