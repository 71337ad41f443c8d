// npm run changeset: notes a change for the next version; `-- version` makes that version of all notes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setUpOrExit } from './set-up.mjs';
import { runInstalled } from './commands.mjs';
import { ways } from './ways.mjs';
import { readJson, root } from './workspace.mjs';

await setUpOrExit();
const args = process.argv.slice(2);
const { code } = await runInstalled('@changesets/cli', 'changeset', args, { live: true });
if (code === 0 && args[0] === 'version') updateExamples();
process.exitCode = code;

/** The examples are no packages of the workspace, which are all that changesets updates. */
function updateExamples() {
  const { version } = readJson('packages/resnetjs/package.json');
  const { version: ofCli } = readJson('apps/cli/package.json');
  for (const folder of [...ways.map((way) => way.folder), 'image-search', 'scale-out/bullmq']) {
    const path = join(root, 'examples', folder, 'package.json');
    const text = readFileSync(path, 'utf8')
      .replace(/("resnetjs": )"[^"]+"/, `$1"${version}"`)
      .replace(/("@resnetjs\/cli": )"[^"]+"/, `$1"${ofCli}"`);
    writeFileSync(path, text);
  }
  const job = join(root, 'examples', 'scale-out', 'kubernetes.yaml');
  writeFileSync(job, readFileSync(job, 'utf8').replace(/@resnetjs\/cli@[\d.]+\d/, `@resnetjs/cli@${ofCli}`));
}
