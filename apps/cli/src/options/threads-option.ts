import { Option } from 'commander';
import { integer } from './parsers.js';

export function threadsOption(): Option {
  return new Option(
    '--threads <count>',
    'number of threads (default: one per core; wasm: at most 8, and their number changes no result)',
  ).argParser(integer(1, 64));
}
