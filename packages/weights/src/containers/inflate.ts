import type { ByteSource } from '../byte-source.js';

/** No deflated stream is smaller than a 1032th of its content. */
export const maxDeflateRatio = 1032;
const partBytes = 2 ** 20;

/**
 * Inflates the part of a source from `start` to `end` (RFC 1951) into exactly `size` bytes. Throws an `Error` as soon as
 * there are more, and if there are fewer.
 */
export async function inflate(
  source: ByteSource,
  start: number,
  end: number,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let from = start;
  const deflated = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (from >= end) return controller.close();
      const part = await source.read(from, Math.min(from + partBytes, end));
      if (part.length === 0) throw new Error('The file ended while it was read.');
      from += part.length;
      controller.enqueue(part);
    },
  });
  const content = new Uint8Array(size);
  const reader = deflated.pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (at + value.length > size) {
      await reader.cancel().catch(() => undefined);
      throw new Error(`There are more than ${size} bytes.`);
    }
    content.set(value, at);
    at += value.length;
  }
  if (at !== size) throw new Error(`There are ${at} bytes, not ${size}.`);
  return content;
}
