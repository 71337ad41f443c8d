import { Option } from 'commander';
import { wholeNumber } from './arguments.js';

export function threadsOption(): Option {
  return new Option(
    '--threads <count>',
    'threads that compute; results are the same (default: one a core, at most 8)',
  ).argParser(wholeNumber(1, 64));
}
