// Image files written byte by byte, in Node and in browsers; PNGs of every kind, with the pixels that the standard says they have.

type ColorType = 0 | 2 | 3 | 4 | 6;

export interface PngContent {
  readonly width: number;
  readonly height: number;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly colorType: ColorType;
  readonly interlaced?: boolean;
  /** `[height, width, channels]`: levels of `depth` bits, or indices of a palette. */
  readonly samples: ArrayLike<number>;
  /** RGB by RGB. */
  readonly palette?: readonly number[];
  /** tRNS: the level, or the three levels, that are clear; alpha by index for a palette. */
  readonly transparent?: readonly number[];
  /** Chunks before the image's data, and after it. */
  readonly before?: readonly Uint8Array[];
  readonly after?: readonly Uint8Array[];
}

const channelsOf = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;
/** PNG (third edition), section 8.1: Adam7's passes. */
const passes = [
  { x: 0, y: 0, right: 8, down: 8 },
  { x: 4, y: 0, right: 8, down: 8 },
  { x: 0, y: 4, right: 4, down: 8 },
  { x: 2, y: 0, right: 4, down: 4 },
  { x: 0, y: 2, right: 2, down: 4 },
  { x: 1, y: 0, right: 2, down: 2 },
  { x: 0, y: 1, right: 1, down: 2 },
];

export async function encodePng(content: PngContent): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, depth, colorType, interlaced, palette, transparent } = content;
  const header = [...uint32(width), ...uint32(height), depth, colorType, 0, 0, interlaced ? 1 : 0];
  const alpha = colorType === 3 ? transparent : transparent?.flatMap((level) => [level >> 8, level & 255]);
  return join([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    pngChunk('IHDR', header),
    ...(content.before ?? []),
    ...(palette ? [pngChunk('PLTE', palette)] : []),
    ...(alpha ? [pngChunk('tRNS', alpha)] : []),
    pngChunk('IDAT', await deflate(packRows(content))),
    ...(content.after ?? []),
    pngChunk('IEND', []),
  ]);
}

export function pngChunk(type: string, content: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const body = join([new TextEncoder().encode(type), Uint8Array.from(content)]);
  return join([uint32(content.length), body, uint32(crc32(body))]);
}

/** A PNG that shows `frame` where APNG is known, and the image itself where it isn't. */
export async function animatedPng(
  image: PngContent,
  frame: readonly number[],
): Promise<Uint8Array<ArrayBuffer>> {
  const size = [...uint32(image.width), ...uint32(image.height)];
  const control = [...uint32(0), ...size, ...uint32(0), ...uint32(0), 0, 1, 0, 10, 0, 0];
  const data = await deflate(packRows({ ...image, samples: frame }));
  return encodePng({
    ...image,
    before: [pngChunk('acTL', [...uint32(1), ...uint32(0)])],
    after: [pngChunk('fcTL', control), pngChunk('fdAT', [...uint32(1), ...data])],
  });
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Rows, unfiltered, of one pass after the other. */
function packRows(content: PngContent): Uint8Array<ArrayBuffer> {
  const { width, height, depth, colorType, interlaced, samples } = content;
  const channels = channelsOf[colorType];
  const bytes: number[] = [];
  for (const { x: left, y: top, right, down } of interlaced ? passes : [{ x: 0, y: 0, right: 1, down: 1 }]) {
    if (left >= width) continue;
    for (let y = top; y < height; y += down) {
      let bits = '';
      for (let x = left; x < width; x += right)
        for (let c = 0; c < channels; c++)
          bits += (samples[(y * width + x) * channels + c] as number).toString(2).padStart(depth, '0');
      bytes.push(0);
      for (let at = 0; at < bits.length; at += 8)
        bytes.push(Number.parseInt(bits.slice(at, at + 8).padEnd(8, '0'), 2));
    }
  }
  return Uint8Array.from(bytes);
}

/** The image as RGB, `[height, width, 3]`, by the rules of docs/images.md. */
export function pixelsOf({ depth, colorType, samples, palette, transparent }: PngContent): number[] {
  const channels = channelsOf[colorType];
  const max = 2 ** depth - 1;
  const level = (sample: number) => Math.round((sample * 255) / max);
  const rgb: number[] = [];
  for (let at = 0; at < samples.length; at += channels) {
    const pixel = Array.from({ length: channels }, (_, c) => samples[at + c] as number);
    const [first = 0] = pixel;
    if (colorType === 3) {
      const alpha = transparent?.[first] ?? 255;
      rgb.push(...(palette ?? []).slice(3 * first, 3 * first + 3).map((colour) => onWhite(colour, alpha)));
      continue;
    }
    const clear = transparent?.every((key, c) => key === pixel[c]);
    const hasAlpha = colorType === 4 || colorType === 6;
    const alpha = clear ? 0 : hasAlpha ? level(pixel.at(-1) as number) : 255;
    const colours = colorType === 2 || colorType === 6 ? pixel.slice(0, 3) : [first, first, first];
    rgb.push(...colours.map((colour) => onWhite(level(colour), alpha)));
  }
  return rgb;
}

const onWhite = (level: number, alpha: number) => Math.round((level * alpha + 255 * (255 - alpha)) / 255);

const depths = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] } as const;
const sizes = [
  [13, 11],
  [3, 2],
  [1, 1],
] as const;

/** Every colour type with every depth, interlaced or not, with a transparent level or without. */
export function everyPng(): [name: string, content: PngContent][] {
  const cases: [string, PngContent][] = [];
  for (const colorType of [0, 2, 3, 4, 6] as const)
    for (const depth of depths[colorType])
      for (const keyed of colorType < 4 ? [false, true] : [false])
        for (const interlaced of [false, true])
          for (const [width, height] of sizes) {
            const channels = channelsOf[colorType];
            const sample = (i: number) => (i * 40_503 + (i >> 2) * 977) % 2 ** depth;
            const samples = Array.from({ length: width * height * channels }, (_, i) => sample(i));
            const colours = 2 ** depth;
            const palette = Array.from({ length: 3 * colours }, (_, i) => (i * 89) % 256);
            const alphas = Array.from({ length: Math.ceil(colours / 2) }, (_, i) => (i * 101) % 256);
            const content = {
              ...{ width, height, depth, colorType, interlaced, samples },
              ...(colorType === 3 ? { palette } : {}),
              ...(keyed ? { transparent: colorType === 3 ? alphas : samples.slice(0, channels) } : {}),
            };
            const name = `type ${colorType}, ${depth} bits${keyed ? ', tRNS' : ''}${interlaced ? ', interlaced' : ''}, ${width}×${height}`;
            cases.push([name, content]);
          }
  return cases;
}

/** A TIFF header whose first directory has an orientation, of type SHORT (3) or LONG (4). */
export function exifOrientation(orientation: number, type: 3 | 4 = 3): number[] {
  const value = type === 3 ? [0, orientation, 0, 0] : uint32(orientation);
  return [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, type, 0, 0, 0, 1, ...value, 0, 0, 0, 0];
}

/** A JPEG with this EXIF data. */
export function jpegWithExif(jpeg: Uint8Array, exif: readonly number[]): Uint8Array<ArrayBuffer> {
  const content = [0x45, 0x78, 0x69, 0x66, 0, 0, ...exif];
  const segment = Uint8Array.of(0xff, 0xe1, 0, content.length + 2, ...content);
  return join([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return ~crc >>> 0;
}
