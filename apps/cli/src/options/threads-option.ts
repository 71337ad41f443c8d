import { Option } from 'commander';
import { integer } from './parsers.js';

export function threadsOption(): Option {
  return new Option(
    '--threads <count>',
    'number of threads (default: one per core, up to 8 for wasm, where it changes no result)',
  ).argParser(integer(1, 64));
}
