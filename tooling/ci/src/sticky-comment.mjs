/**
 * @typedef {object} PullRequest
 * @property {string} api the root URL of GitHub's API, such as `https://api.github.com`
 * @property {string} repository as `owner/name`
 * @property {number} number
 * @property {string} token one that may write to pull requests
 */

/** @typedef {{ id: number, body?: string, user: { type: string } | null }} Comment */

/** GitHub's limit for a comment, in characters. */
const maxLength = 65_536;
const pageLength = 100;

/** GitHub refused a write, since the token is read-only, as on pull requests by Dependabot. */
export class WriteRefused extends Error {}

/**
 * Writes a comment on a pull request, or updates the one that was written earlier with the same mark. Throws WriteRefused if
 * the token may not write, and an error with GitHub's answer at any other failure.
 * @param {PullRequest} pullRequest
 * @param {{ mark: string, text: string, more: string }} comment `mark` identifies it and is invisible;
 *   `more` is a sentence that ends the comment if `text`, in Markdown, is too long for GitHub
 * @returns {Promise<'written' | 'updated'>}
 */
export async function keepComment(pullRequest, { mark, text, more }) {
  const hidden = `<!-- ${mark} -->\n`;
  const body = hidden + shorten(text, maxLength - hidden.length, more);
  const before = await findComment(pullRequest, hidden);
  if (before === undefined) {
    await ask(pullRequest, 'POST', `issues/${pullRequest.number}/comments`, { body });
    return 'written';
  }
  await ask(pullRequest, 'PATCH', `issues/comments/${before.id}`, { body });
  return 'updated';
}

/**
 * The text; if it is longer than `room` characters, cut after a whole line, with `more` at its end.
 * @param {string} text
 * @param {number} room
 * @param {string} more
 */
export function shorten(text, room, more) {
  if (text.length <= room) return text;
  const end = `\n${more}\n`;
  const kept = text.slice(0, room - end.length);
  return kept.slice(0, kept.lastIndexOf('\n') + 1) + end;
}

/**
 * The first comment with this mark by a workflow; comments by people who quote it are left alone.
 * @param {PullRequest} pullRequest
 * @param {string} hidden
 */
async function findComment(pullRequest, hidden) {
  for (let page = 1; ; page++) {
    const query = `issues/${pullRequest.number}/comments?per_page=${pageLength}&page=${page}`;
    const comments = /** @type {Comment[]} */ (await ask(pullRequest, 'GET', query));
    const found = comments.find(({ body, user }) => user?.type === 'Bot' && body?.startsWith(hidden));
    if (found !== undefined || comments.length < pageLength) return found;
  }
}

/**
 * @param {PullRequest} pullRequest
 * @param {'GET' | 'POST' | 'PATCH'} method
 * @param {string} path below the repository
 * @param {{ body: string }} [content]
 * @returns {Promise<unknown>}
 */
async function ask({ api, repository, token }, method, path, content) {
  const response = await fetch(`${api}/repos/${repository}/${path}`, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
      'user-agent': 'resnetjs-ci',
    },
    ...(content && { body: JSON.stringify(content) }),
    signal: AbortSignal.timeout(30_000),
  });
  if (response.ok) return response.json();
  const problem = `${method} ${path}: GitHub answered ${response.status}: ${await response.text()}`;
  throw response.status === 403 ? new WriteRefused(problem) : new Error(problem);
}
