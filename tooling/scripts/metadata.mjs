// npm run metadata: writes what tooling/owner.json says into the published manifests, and into SECURITY.md.
import './check-node.mjs';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownerFile, withContact, withOwner } from '../release/src/owner.mjs';
import { publishedFolders, readJson, root } from './workspace.mjs';

const owner = readJson(ownerFile);

/**
 * @param {string} path from the top folder
 * @param {(text: string) => string} change
 */
function rewrite(path, change) {
  const before = readFileSync(join(root, path), 'utf8');
  const after = change(before);
  if (after === before) return;
  writeFileSync(join(root, path), after);
  console.log(`changed ${path}`);
}

for (const folder of publishedFolders()) {
  rewrite(
    `${folder}/package.json`,
    (text) => `${JSON.stringify(withOwner(JSON.parse(text), folder, owner), null, 2)}\n`,
  );
}
rewrite('SECURITY.md', (text) => withContact(text, owner));
