const FACTORS = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93] as const;
const BEFORE = [15, 16, 17, 18] as const;
const AFTER = [19, 17, 15, 13] as const;
const ADDED = [0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17] as const;

/**
 * A hash of bytes, to find equal ones by: MurmurHash3 x86_128 (Austin Appleby, public domain), as 32 hexadecimal digits. It is
 * not cryptographic: whoever wants two files of one hash can make them.
 */
export function contentHash(bytes: Uint8Array, seed = 0): string {
  const h = new Int32Array(4).fill(seed);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 16);
  for (let at = 0; at < whole; at += 16) {
    for (let lane = 0; lane < 4; lane++) {
      const mixed = (h[lane] as number) ^ scrambled(view.getInt32(at + 4 * lane, true), lane);
      const sum = rotated(mixed, AFTER[lane] as number) + (h[(lane + 1) % 4] as number);
      h[lane] = Math.imul(sum, 5) + (ADDED[lane] as number);
    }
  }
  const rest = new DataView(new ArrayBuffer(16));
  bytes.subarray(whole).forEach((byte, i) => {
    rest.setUint8(i, byte);
  });
  for (let lane = 0; lane < 4; lane++) {
    h[lane] = (h[lane] as number) ^ scrambled(rest.getInt32(4 * lane, true), lane) ^ bytes.length;
  }
  spread(h);
  h.forEach((word, lane) => {
    h[lane] = finalized(word);
  });
  spread(h);
  return Array.from(h, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function scrambled(word: number, lane: number): number {
  const product = Math.imul(word, FACTORS[lane] as number);
  return Math.imul(rotated(product, BEFORE[lane] as number), FACTORS[(lane + 1) % 4] as number);
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Lets each lane depend on all. */
function spread(h: Int32Array): void {
  h[0] = h.reduce((sum, word) => sum + word);
  for (let lane = 1; lane < 4; lane++) h[lane] = (h[lane] as number) + (h[0] as number);
}

function finalized(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
