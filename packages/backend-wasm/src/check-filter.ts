import { BackendError } from '@resnetjs/backend';

/** Throws `bad-arguments` for a filter of fewer channels, as grouped convolutions have: the kernels would read past it. */
export function checkFilter(kernel: string, x: readonly number[], filter: readonly number[]): void {
  const [, , , channels] = x;
  if (filter[2] === channels) return;
  throw new BackendError(
    'bad-arguments',
    `${kernel}: the filter [${filter.join(', ')}] takes ${filter[2]} channels, but x [${x.join(', ')}] has ${channels}. Grouped convolutions are not supported: split x by its channels.`,
  );
}
