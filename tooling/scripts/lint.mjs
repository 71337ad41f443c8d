// npm run lint: style, imports and workflows. Arguments are biome's: `-- --write`, `-- packages/core`.
import { setUpOrExit } from './set-up.mjs';
import { checkImports, checkStyle, checkWorkflows } from './checks.mjs';

await setUpOrExit();
const style = await checkStyle(process.argv.slice(2), { live: true });
const imports = await checkImports({ live: true });
const workflows = await checkWorkflows();
if (workflows.output) console.error(workflows.output);
process.exitCode = [style, imports, workflows].some(({ code }) => code !== 0) ? 1 : 0;
