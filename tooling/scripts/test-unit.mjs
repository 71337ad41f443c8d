// npm run test:unit, npm run test:watch: the unit tests, or those given: `-- packages/core`, `-- -t NAME`, `-- -u`.
import { setUpOrExit } from './set-up.mjs';
import { runInstalled } from './commands.mjs';

await setUpOrExit();
const args = process.argv.slice(2);
const command = args.includes('--watch') ? [] : ['run'];
const { code } = await runInstalled('vitest', 'vitest', [...command, '--project', 'unit*', ...args], {
  live: true,
});
process.exitCode = code;
