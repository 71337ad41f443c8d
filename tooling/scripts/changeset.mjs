// npm run changeset: notes a change for the next version; `-- version` makes that version of all notes.
import { setUpOrExit } from './set-up.mjs';
import { runInstalled } from './commands.mjs';

await setUpOrExit();
const { code } = await runInstalled('@changesets/cli', 'changeset', process.argv.slice(2), { live: true });
process.exitCode = code;
