import { quickstart } from './quickstart.js';

const output = document.querySelector('output');
const print = (line) => output.append(`${line}\n`);

quickstart(print).catch((error) => print(String(error)));
