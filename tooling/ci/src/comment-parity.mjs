// node tooling/ci/src/comment-parity.mjs FILE: posts parity's matrix on the pull request of this workflow run, in one
// comment that each run updates.
import { readFileSync } from 'node:fs';
import { keepComment, WriteRefused } from './sticky-comment.mjs';

/** @param {string} name */
function variable(name) {
  const value = process.env[name];
  if (value) return value;
  console.error(`The environment has no ${name}. This script is for .github/workflows/parity.yml.`);
  return process.exit(2);
}

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('A file is missing: node tooling/ci/src/comment-parity.mjs parity.md');
  process.exit(2);
}

const repository = variable('GITHUB_REPOSITORY');
const run = `${variable('GITHUB_SERVER_URL')}/${repository}/actions/runs/${variable('GITHUB_RUN_ID')}`;
const pullRequest = {
  api: variable('GITHUB_API_URL'),
  repository,
  number: Number(variable('PULL_REQUEST')),
  token: variable('GITHUB_TOKEN'),
};

try {
  const report = `Measured at ${variable('COMMIT')} in [this run](${run}), which has the whole report.`;
  const outcome = await keepComment(pullRequest, {
    mark: 'resnetjs-parity',
    text: `${report}\n\n${readFileSync(file, 'utf8')}`,
    more: `*The report is too long for a comment: [the run's summary](${run}) has all of it.*`,
  });
  console.log(`The comment was ${outcome}.`);
} catch (error) {
  if (!(error instanceof WriteRefused)) throw error;
  console.log(`::warning::The matrix is only in the run's summary. ${error.message}`);
}
