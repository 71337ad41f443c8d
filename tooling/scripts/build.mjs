import { setUpOrExit } from './set-up.mjs';

await setUpOrExit();
