import { Option } from 'commander';

/** What becomes of images that can't be read. */
export function onErrorOption(): Option {
  return new Option('--on-error <rule>', "an image that can't be read: name it and end, or leave it out")
    .choices(['fail', 'skip'])
    .default('fail');
}
