// npm run goldens -- ARGS: the networks of the family against what they compute where they come from.
import { setUpOrExit } from './set-up.mjs';
import { launch } from './launch.mjs';
import { setUpNativeTensorflow } from './native-tensorflow.mjs';

await setUpOrExit();
if (process.argv.includes('node')) await setUpNativeTensorflow();
await launch('tooling/goldens/dist/main.js');
