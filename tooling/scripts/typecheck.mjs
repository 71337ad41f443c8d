// npm run typecheck: the types of all packages, or of those given: `-- packages/core`, `-- --watch`.
import { setUpOrExit } from './set-up.mjs';
import { checkTypes } from './checks.mjs';

await setUpOrExit();
const { code } = await checkTypes(process.argv.slice(2), { live: true });
process.exitCode = code;
