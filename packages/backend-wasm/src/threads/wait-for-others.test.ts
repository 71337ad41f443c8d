/// <reference types="node" />
import { afterEach, describe, expect, it, vi } from 'vitest';
import { control } from './control.js';
import { waitForOthers } from './wait-for-others.js';

afterEach(() => vi.restoreAllMocks());

/** Waits with a clock that advances by `milliseconds` at each look; after `looks` of them the worker is done. */
function waitWith(milliseconds: number, looks: number): void {
  const integers = new Int32Array(new SharedArrayBuffer(4 * control.integers));
  integers[control.active] = 1;
  let looked = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    if (looked === looks) integers[control.active] = 0;
    return milliseconds * looked++;
  });
  waitForOthers(integers, false);
}

describe('waiting for the other threads', () => {
  it('tolerates that the process was suspended for hours', () => {
    expect(() => waitWith(3_600_000, 3)).not.toThrow();
  });

  it('gives up when a thread never finishes', () => {
    expect(() => waitWith(1000, 1000)).toThrow(/did not finish its share within 120 seconds/);
    expect(() => waitWith(1000, 100)).not.toThrow();
  });
});
