import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishedFolders, readJson, root } from '../../scripts/workspace.mjs';
import { ownerFile, withContact, withOwner } from './owner.mjs';

const owner = readJson(ownerFile);
const packages = publishedFolders().map((folder) => ({
  folder,
  manifest: readJson(`${folder}/package.json`),
}));

describe.each(packages)('$folder', ({ folder, manifest }) => {
  it('is described as the others are', () => {
    expect(manifest).toMatchObject({
      description: expect.any(String),
      keywords: expect.arrayContaining(['tensorflow.js']),
      license: 'Apache-2.0',
      type: 'module',
      sideEffects: false,
      engines: readJson('package.json').engines,
      files: expect.arrayContaining(['dist', 'src', 'CHANGELOG.md']),
    });
  });

  it(`says what ${ownerFile} says (npm run metadata)`, () => {
    expect(manifest).toEqual(withOwner(manifest, folder, owner));
  });

  it('has a version, and a change log that tells of it', () => {
    expect(manifest.version).not.toBe('0.0.0');
    const changes = join(root, folder, 'CHANGELOG.md');
    expect(existsSync(changes)).toBe(true);
    expect(readFileSync(changes, 'utf8')).toMatch(`\n## ${manifest.version}\n`);
  });
});

it('has one version for all packages', () => {
  expect(new Set(packages.map(({ manifest }) => manifest.version)).size).toBe(1);
});

it(`SECURITY.md names the contact of ${ownerFile} (npm run metadata)`, () => {
  const security = readFileSync(join(root, 'SECURITY.md'), 'utf8');
  expect(security).toBe(withContact(security, owner));
});
