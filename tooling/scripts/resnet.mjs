// npm run -s resnet -- ARGS: the command line of this checkout.

import { launch } from './launch.mjs';
import { setUpOrExit } from './set-up.mjs';

await setUpOrExit();
await launch('apps/cli/dist/main.js');
