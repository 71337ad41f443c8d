import { Option } from 'commander';

/** How images that can't be read are handled. */
export function onErrorOption(): Option {
  return new Option('--on-error <name>', 'unreadable images: fail at the first, or skip them')
    .choices(['fail', 'skip'])
    .default('fail');
}
