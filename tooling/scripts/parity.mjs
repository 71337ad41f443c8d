// npm run parity: every backend against float64, at the full level by default.
import { setUpOrExit } from './set-up.mjs';
import { launch } from './launch.mjs';
import { setUpNativeTensorflow } from './native-tensorflow.mjs';
import { setUpBrowser } from './set-up-browser.mjs';

await setUpOrExit();
// What isn't available is named in the report, with its reason.
await setUpNativeTensorflow();
const browser = await setUpBrowser();
if (browser.found) process.env.RESNETJS_BROWSER ??= browser.path;
process.argv.splice(2, 0, 'parity', '--level', 'full');
await launch('apps/cli/dist/main.js');
