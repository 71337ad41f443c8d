import { describe, expect, it } from 'vitest';
import { contentHash } from './content-hash.js';

/** A hash's 16 bytes, as the reference implementation writes them: four words, little-endian. */
function bytesOf(hash: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  for (let lane = 0; lane < 4; lane++)
    view.setUint32(4 * lane, Number.parseInt(hash.slice(8 * lane, 8 * lane + 8), 16), true);
  return new Uint8Array(view.buffer);
}

describe('contentHash', () => {
  it("is MurmurHash3 x86_128: SMHasher's verification value", () => {
    const hashes = new Uint8Array(256 * 16);
    for (let length = 0; length < 256; length++) {
      const key = Uint8Array.from({ length }, (_, i) => i);
      hashes.set(bytesOf(contentHash(key, 256 - length)), 16 * length);
    }
    const verification = new DataView(bytesOf(contentHash(hashes)).buffer).getUint32(0, true);
    expect(verification).toBe(0xb3ece62a);
  });

  it('reads the bytes of a view alone', () => {
    const whole = Uint8Array.from({ length: 50 }, (_, i) => 7 * i);
    expect(contentHash(whole.subarray(3, 40))).toBe(contentHash(whole.slice(3, 40)));
  });
});
