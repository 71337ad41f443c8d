import { Option } from 'commander';
import { wholeNumber } from './parsers.js';

export function threadsOption(): Option {
  return new Option(
    '--threads <count>',
    'threads that compute (default: one a core; wasm at most 8, with the same results)',
  ).argParser(wholeNumber(1, 64));
}
