// Run in a published package's folder, after tsc and again before it is packed: what it uses at run time of the private
// packages of this workspace is copied into its dist, and imported from there.
import { cpSync, existsSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

const own = JSON.parse(readFileSync('package.json', 'utf8'));
const isPrivate = (/** @type {string} */ name) =>
  existsSync(join('node_modules', name, 'package.json')) &&
  JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8')).private === true;
const privateNames = Object.entries(own.devDependencies ?? {})
  .filter(([name, range]) => range.startsWith('workspace:') && isPrivate(name))
  .map(([name]) => name);

const shipped = (/** @type {string} */ file) => /(?<!\.test|\.test-support)\.(js|d\.ts)$/.test(file);
const files = readdirSync('dist', { recursive: true, encoding: 'utf8' })
  .map((file) => join('dist', file))
  .filter((file) => shipped(file) && !file.startsWith(join('dist', 'private')));

rmSync(join('dist', 'private'), { recursive: true, force: true });
for (const name of privateNames) {
  const target = join('dist', 'private', name.split('/').at(-1) ?? name);
  const specifier = new RegExp(
    String.raw`(['"])(?:${name}|(?:\.\.?/)+private/${name.split('/').at(-1)}/index\.js)\1`,
    'g',
  );
  const using = files.filter((file) => specifier.test(readFileSync(file, 'utf8')));
  if (using.length === 0) continue; // only tests use it
  cpSync(join(realpathSync(join('node_modules', name)), 'dist'), target, {
    recursive: true,
    filter: (source) => !/\.[^./\\]+$/.test(source) || shipped(source),
  });
  for (const file of using) {
    const path = relative(dirname(file), join(target, 'index.js')).split(sep).join('/');
    const here = path.startsWith('.') ? path : `./${path}`;
    writeFileSync(file, readFileSync(file, 'utf8').replace(specifier, `'${here}'`));
  }
}
