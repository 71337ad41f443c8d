import { Cursor, damaged, unsupported } from './cursor.js';
import type { Storage } from './storage.js';

/** The kinds of messages that are read. */
export const messageTypes = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  fillValue: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** One message of an object's header. */
export interface Message {
  readonly type: number;
  /** Whether the body stands elsewhere, and this is where. */
  readonly shared: boolean;
  readonly body: Uint8Array;
}

/** The messages of an object: what it is, and its attributes. */
export type ObjectHeader = readonly Message[];

interface Block {
  readonly address: number;
  readonly length: number;
}

/** Reads the header of the object at an address, with all its continuations. Throws `bad-file`. */
export async function readObjectHeader(storage: Storage, address: number): Promise<ObjectHeader> {
  const start = await storage.start(address, 34, 'the header of an object');
  const version = start.u8();
  if (version === 1) {
    const length = start.skip(1 + 2 + 4).u32();
    return readBlocks(storage, { address: address + 16, length }, (cursor) => oldMessages(cursor));
  }
  if (version !== 0x4f) throw damaged(`no object is at byte ${address}`);
  const flags = start.skip(3 + 1).u8();
  start.skip((flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0));
  const length = start.uint(1 << (flags & 3));
  const first = { address: address + start.at, length };
  return readBlocks(storage, first, (cursor, continued) => newMessages(cursor, flags, continued));
}

/** Reads the first block of messages, and those that it and they refer to, each once. */
async function readBlocks(
  storage: Storage,
  first: Block,
  read: (cursor: Cursor, continued: boolean) => Message[],
): Promise<ObjectHeader> {
  const messages: Message[] = [];
  const blocks = [first];
  const seen = new Set<number>();
  for (const block of blocks) {
    if (seen.has(block.address)) throw damaged(`the header of an object continues in itself`);
    seen.add(block.address);
    const cursor = await storage.structure(block.address, block.length, 'the header of an object');
    for (const message of read(cursor, block !== first)) {
      messages.push(message);
      if (message.type !== messageTypes.continuation) continue;
      const next = new Cursor(message.body, storage.widths, 'the continuation of a header');
      blocks.push({ address: next.address(), length: next.length() });
    }
  }
  return messages;
}

function oldMessages(cursor: Cursor): Message[] {
  const messages: Message[] = [];
  while (cursor.left >= 8) {
    const [type, length, flags] = [cursor.u16(), cursor.u16(), cursor.u8()];
    messages.push({ type, shared: (flags & 2) !== 0, body: cursor.skip(3).take(length) });
  }
  return messages;
}

function newMessages(cursor: Cursor, flags: number, continued: boolean): Message[] {
  if (continued) cursor.signature('OCHK');
  const messages: Message[] = [];
  const prefix = flags & 4 ? 6 : 4;
  const checksum = continued ? 4 : 0;
  while (cursor.left >= prefix + checksum) {
    const [type, length, messageFlags] = [cursor.u8(), cursor.u16(), cursor.u8()];
    const body = cursor.skip(prefix - 4).take(length);
    messages.push({ type, shared: (messageFlags & 2) !== 0, body });
  }
  return messages;
}

/** The body of the only message of a type, if there is one. Throws `bad-file` for one that stands elsewhere. */
export function messageBody(header: ObjectHeader, type: keyof typeof messageTypes): Uint8Array | undefined {
  const message = header.find((each) => each.type === messageTypes[type]);
  if (message?.shared) throw unsupported(`a ${type} that stands apart from its object`);
  return message?.body;
}
