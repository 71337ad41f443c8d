// npm run format: mends style and formatting. Arguments are biome's.
import { setUpOrExit } from './set-up.mjs';
import { checkStyle } from './checks.mjs';

await setUpOrExit();
const { code } = await checkStyle(['--write', ...process.argv.slice(2)], { live: true });
process.exitCode = code;
