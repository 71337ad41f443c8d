// npm run -s bench -- ARGS: the measurements of this checkout.

import { launch } from './launch.mjs';
import { setUpOrExit } from './set-up.mjs';

await setUpOrExit();
await launch('tooling/bench/src/main.mjs');
