// npm run -s resnet -- ARGS: the command line of this checkout.
import { setUpOrExit } from './set-up.mjs';
import { launch } from './launch.mjs';

await setUpOrExit();
await launch('apps/cli/dist/main.js');
