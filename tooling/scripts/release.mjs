// npm run release: says whether the packages could be published, and what would be. `-- --publish` publishes them.
import './check-node.mjs';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ownerFile, ownerProblem, withOwner } from '../release/src/owner.mjs';
import { runInstalled, runPnpm } from './commands.mjs';
import { packAll } from './pack.mjs';
import { testPack } from './pack-test.mjs';
import { setUpOrExit } from './set-up.mjs';
import { publishedFolders, readJson, root } from './workspace.mjs';

const usage = 'npm run release -- [--dry-run | --publish]';

/** @returns {boolean} whether to publish; what can't be understood ends the process */
function readOptions() {
  try {
    const { values } = parseArgs({
      options: { 'dry-run': { type: 'boolean' }, publish: { type: 'boolean' } },
    });
    if (values['dry-run'] && values.publish)
      throw new Error('--dry-run publishes nothing: leave out one of the two');
    return values.publish ?? false;
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : error}\nusage: ${usage}`);
    return process.exit(2);
  }
}

/** What has to be done first. */
function problems() {
  const owner = readJson(ownerFile);
  const manifests = publishedFolders().map((path) => ({ path, manifest: readJson(`${path}/package.json`) }));
  const outdated = manifests.filter(
    ({ path, manifest }) => JSON.stringify(withOwner(manifest, path, owner)) !== JSON.stringify(manifest),
  );
  const pending = readdirSync(join(root, '.changeset')).filter((file) => /^(?!README).*\.md$/.test(file));
  const changed = execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).trim();
  return [
    ...(outdated.length > 0
      ? [`${outdated.length} manifests are not as ${ownerFile} says: npm run metadata`]
      : []),
    ...pending.map((file) => `.changeset/${file} is in no version yet: npm run changeset -- version`),
    ...(changed ? [`there are changes that are not committed:\n${changed}`] : []),
  ];
}

/** @param {import('./pack.mjs').Packed} packed */
const describePacked = ({ name, version, archive }) =>
  `  ${name} ${version}, ${Math.ceil(statSync(archive).size / 1024)} KiB`;

/** @param {readonly string[]} reasons */
function refuse(reasons) {
  console.error(`error: nothing can be published.\n${reasons.join('\n')}`);
  process.exit(1);
}

const publish = readOptions();
const incomplete = ownerProblem(readJson(ownerFile));
if (incomplete) refuse([incomplete]);
const first = problems();
if (first.length > 0) refuse(first);

await setUpOrExit();
console.error('installing the packed packages elsewhere, and running their examples …');
const tested = await testPack();
if (tested.code !== 0) refuse([tested.output]);

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-release-'));
try {
  const { packed, failure } = await packAll(folder);
  if (failure) refuse([failure.output]);
  console.log(`${publish ? 'Publishing' : 'To be published'}:\n${packed.map(describePacked).join('\n')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (!publish) {
  console.log('Nothing was published: that is npm run release -- --publish, after npm test.');
} else {
  const filters = publishedFolders().map((path) => `--filter=./${path}`);
  // pnpm leaves out the versions that the registry has already, so that it can be run again where it broke off.
  const published = await runPnpm(['--recursive', ...filters, 'publish', '--access', 'public'], {
    live: true,
  });
  if (published.code !== 0) process.exit(published.code);
  const tagged = await runInstalled('@changesets/cli', 'changeset', ['tag'], { live: true });
  if (tagged.code !== 0) process.exit(tagged.code);
  console.log('Published. To share the tags: git push --tags');
}
