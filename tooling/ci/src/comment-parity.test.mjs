import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

// The script as the workflow starts it, against a fake GitHub that has only comments.

/** @typedef {{ id: number, body: string, user: { type: string } }} Comment */

const script = fileURLToPath(new URL('comment-parity.mjs', import.meta.url));
const mark = '<!-- resnetjs-parity -->\n';

/** @type {Comment[]} */
let comments;
/** @type {string[]} */
let asked;
/** The status of every answer to a write. */
let writes = 200;
/** @type {import('node:http').Server} */
let github;
/** @type {string} */
let folder;

beforeEach(async () => {
  comments = [];
  asked = [];
  writes = 200;
  folder = mkdtempSync(join(tmpdir(), 'resnetjs-comment-'));
  github = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://github');
    asked.push(`${request.method} ${pathname}`);
    let sent = '';
    for await (const part of request.setEncoding('utf8')) sent += part;
    response.setHeader('content-type', 'application/json');
    if (request.headers.authorization !== 'Bearer secret') {
      response.writeHead(401).end('{"message":"Bad credentials"}');
    } else if (request.method === 'GET') {
      const [length, page] = [Number(searchParams.get('per_page')), Number(searchParams.get('page'))];
      response.end(JSON.stringify(comments.slice((page - 1) * length, page * length)));
    } else if (writes !== 200) {
      response.writeHead(writes).end('{"message":"Resource not accessible by integration"}');
    } else if (request.method === 'POST') {
      comments.push({ id: 1000 + comments.length, user: { type: 'Bot' }, body: JSON.parse(sent).body });
      response.writeHead(201).end('{}');
    } else {
      const comment = comments.find(({ id }) => pathname.endsWith(`/issues/comments/${id}`));
      if (comment) comment.body = JSON.parse(sent).body;
      response.writeHead(comment ? 200 : 404).end('{}');
    }
  });
  github.listen(0, '127.0.0.1');
  await once(github, 'listening');
});

afterEach(() => {
  github.close();
  rmSync(folder, { recursive: true });
});

/** @param {string} markdown what parity wrote */
async function comment(markdown) {
  const file = join(folder, 'parity.md');
  writeFileSync(file, markdown);
  const address = /** @type {import('node:net').AddressInfo} */ (github.address());
  const child = spawn(process.execPath, [script, file], {
    env: {
      ...process.env,
      GITHUB_API_URL: `http://127.0.0.1:${address.port}`,
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: 'someone/resnetjs',
      GITHUB_RUN_ID: '42',
      GITHUB_TOKEN: 'secret',
      PULL_REQUEST: '7',
      COMMIT: 'abc123',
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

/** @param {string} body */
const ofPerson = (body) => ({ id: comments.length, body, user: { type: 'User' } });

it('writes one comment, and updates it', async () => {
  comments.push(ofPerson('well done'), ofPerson(`${mark}quoted`));
  expect(await comment('| first |\n')).toEqual({ code: 0, output: 'The comment was written.\n' });
  expect(comments).toHaveLength(3);
  expect(comments[2]?.body).toMatch(/^<!-- resnetjs-parity -->\nMeasured at abc123 in \[this run\]/);
  expect(comments[2]?.body).toContain('https://github.example/someone/resnetjs/actions/runs/42');
  expect(comments[2]?.body).toMatch(/\n\n\| first \|\n$/);

  expect(await comment('| second |\n')).toEqual({ code: 0, output: 'The comment was updated.\n' });
  expect(comments).toHaveLength(3);
  expect(comments[1]?.body).toBe(`${mark}quoted`);
  expect(comments[2]?.body).toMatch(/\n\n\| second \|\n$/);
  expect(asked.at(-1)).toBe('PATCH /repos/someone/resnetjs/issues/comments/1002');
});

it('finds its comment on a later page', async () => {
  for (let index = 0; index < 230; index++) comments.push(ofPerson('chatter'));
  comments.push({ id: 999, body: `${mark}old`, user: { type: 'Bot' } });
  expect((await comment('new')).output).toBe('The comment was updated.\n');
  expect(comments).toHaveLength(231);
  expect(asked.filter((each) => each.startsWith('GET'))).toHaveLength(3);
});

it('shortens a report that is too long for GitHub, after a whole row, and links the full report', async () => {
  const rows = Array.from({ length: 5000 }, (_, index) => `| row ${index} | 1e-7 |`);
  await comment(`${rows.join('\n')}\n`);
  const body = comments[0]?.body ?? '';
  expect(body.length).toBeLessThanOrEqual(65_536);
  expect(body.length).toBeGreaterThan(65_000);
  expect(body).toMatch(/\n\| row \d+ \| 1e-7 \|\n\n\*The report is too long for a comment: .*\*\n$/);
});

it('only warns if the token is read-only', async () => {
  writes = 403;
  const { code, output } = await comment('text');
  expect(code).toBe(0);
  expect(output).toMatch(/^::warning::The matrix is only in the run's summary\. POST .* 403/);
});

it('fails at any other answer, and reports it', async () => {
  writes = 500;
  const { code, output } = await comment('text');
  expect(code).toBe(1);
  expect(output).toContain('POST issues/7/comments: GitHub answered 500');
});
