// npm run drawings: makes docs/drawings again.
import { setUpOrExit } from './set-up.mjs';
import { launch } from './launch.mjs';

await setUpOrExit();
await launch('tooling/readme/src/draw.mjs');
