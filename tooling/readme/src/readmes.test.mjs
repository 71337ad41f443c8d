import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishedFolders, readJson, root } from '../../scripts/workspace.mjs';
import { codeBlocks } from './code-blocks.mjs';

const packages = publishedFolders();
const names = publishedFolders().map((folder) => readJson(`${folder}/package.json`).name);
/** @param {string} path */
const read = (path) => readFileSync(join(root, path), 'utf8');

describe.each(packages)('%s/README.md', (folder) => {
  const { name, dependencies = {}, peerDependencies = {} } = readJson(`${folder}/package.json`);

  it('begins with the name of the package', () => {
    expect(read(`${folder}/README.md`).split('\n')[0]).toBe(`# ${name}`);
  });

  it('installs the package, and only what exists', () => {
    const installs = codeBlocks(read(`${folder}/README.md`))
      .filter(({ language }) => language === 'sh')
      .flatMap(({ code }) => code.split('\n'))
      .filter((line) => line.startsWith('npm install '))
      .map((line) => line.split(' ').filter((word) => /^@|^[a-z]+$/.test(word)));
    expect(installs).not.toEqual([]);
    const known = [...names, ...Object.keys({ ...dependencies, ...peerDependencies })];
    for (const [, , ...installed] of installs) {
      expect(installed).toContain(name);
      expect(known).toEqual(expect.arrayContaining(installed));
    }
  });
});

it.each(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...packages.map((folder) => `${folder}/README.md`)])(
  '%s links only to what exists',
  (path) => {
    const links = [...read(path).matchAll(/\]\((?!https?:|mailto:|#)([^)#]+)/g)].map(
      (match) => match[1] ?? '',
    );
    const broken = links.filter((link) => !existsSync(join(root, dirname(path), link)));
    expect(broken).toEqual([]);
  },
);
