import content from './files.test-support.json' with { type: 'json' };

/** Bytes that `tooling/goldens/pytorch_files.py` has packed. */
export async function unpacked(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

interface ReadableFile {
  readonly name: string;
  readonly file: string;
  readonly tensors: readonly { name: string; dtype: string; shape: number[]; values: string }[];
  readonly path?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly others?: readonly string[];
}

export const readable: readonly ReadableFile[] = content.readable as unknown as ReadableFile[];
export const { refused, plain } = content;

/** A readable file by name. */
export async function fileNamed(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return unpacked((readable.find((each) => each.name === name) as ReadableFile).file);
}
