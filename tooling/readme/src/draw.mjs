// npm run drawings: makes docs/drawings again.
import { mkdirSync, writeFileSync } from 'node:fs';
import { drawings, folder } from './drawings.mjs';

mkdirSync(folder, { recursive: true });
for (const [file, svg] of Object.entries(drawings)) writeFileSync(new URL(file, folder), svg);
console.log(`${Object.keys(drawings).join(', ')} in docs/drawings`);
