// npm run -s bench -- ARGS: the measurements of this checkout.
import { setUpOrExit } from './set-up.mjs';
import { launch } from './launch.mjs';

await setUpOrExit();
await launch('tooling/bench/src/main.mjs');
