import { measureInBrowser } from './in-browser.mjs';
console.log(await measureInBrowser(process.argv[2] ?? 'x-page.mjs', {}));
