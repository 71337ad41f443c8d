import { quote } from '../../bad-file.js';
import { Cursor, damaged, unsupported, utf8 } from './cursor.js';
import { denseObjects, linkIds } from './dense.js';
import { messageBody, messageTypes, type ObjectHeader } from './object-header.js';
import type { Storage } from './storage.js';

/** Where a name in a group leads: to an object, to a path in this file, or out of it. */
export type Link =
  | { readonly to: 'object'; readonly address: number }
  | { readonly to: 'path'; readonly path: string }
  | { readonly to: 'elsewhere' };

interface NamedLink {
  readonly name: string;
  readonly link: Link;
  /** The position in the order in which names were given, if the file keeps it. */
  readonly position: number;
}

/** Whether an object is a group. */
export function isGroup(header: ObjectHeader): boolean {
  return header.some(({ type }) => type === messageTypes.symbolTable || type === messageTypes.linkInfo);
}

/** The names in a group, in the order in which they were given if the file keeps it, or else sorted. Throws `bad-file`. */
export async function readLinks(storage: Storage, header: ObjectHeader): Promise<ReadonlyMap<string, Link>> {
  const links = new Map<string, Link>();
  const table = messageBody(header, 'symbolTable');
  const all = table === undefined ? await newLinks(storage, header) : await oldLinks(storage, table);
  for (const { name, link } of all.sort((a, b) => a.position - b.position || byName(a.name, b.name))) {
    if (name === '' || name === '.' || name.includes('/')) throw damaged('a group has a name that none can');
    if (links.has(name)) throw damaged(`a group has the name ${quote(name)} twice`);
    links.set(name, link);
  }
  return links;
}

function byName(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Link messages, in the header or in a heap of their own. */
async function newLinks(storage: Storage, header: ObjectHeader): Promise<NamedLink[]> {
  let bodies = header.filter(({ type }) => type === messageTypes.link).map(({ body }) => body);
  const info = messageBody(header, 'linkInfo');
  if (info !== undefined) {
    const cursor = new Cursor(info, storage.widths, 'the list of links').skip(1);
    if (cursor.u8() & 1) cursor.skip(8);
    const heap = cursor.optionalAddress();
    if (heap !== undefined) bodies = await denseObjects(storage, heap, cursor.address(), linkIds);
  }
  return bodies.map((body) => readLink(new Cursor(body, storage.widths, 'a link')));
}

function readLink(cursor: Cursor): NamedLink {
  const version = cursor.u8();
  if (version !== 1) throw unsupported(`a link of version ${version}`);
  const flags = cursor.u8();
  const type = flags & 8 ? cursor.u8() : 0;
  const position = flags & 4 ? cursor.uint(8) : 0;
  if (flags & 16) cursor.skip(1); // UTF-8, or ASCII, which is UTF-8
  const name = utf8(cursor.take(cursor.uint(1 << (flags & 3))));
  if (type === 0) return { name, position, link: { to: 'object', address: cursor.address() } };
  if (type === 1) return { name, position, link: { to: 'path', path: utf8(cursor.take(cursor.u16())) } };
  return { name, position, link: { to: 'elsewhere' } };
}

const softLink = 2;

/** A symbol table: a tree of lists of names, which stand in a heap. */
async function oldLinks(storage: Storage, table: Uint8Array): Promise<NamedLink[]> {
  const { address: width, length } = storage.widths;
  const message = new Cursor(table, storage.widths, 'a symbol table');
  const tree = message.address();
  const heap = await readLocalHeap(storage, message.address());
  const links: NamedLink[] = [];
  for await (const leaf of treeLeaves(storage, tree, { type: 0, keyBytes: length })) {
    const list = (await storage.structure(leaf.address, 8, 'a list of names')).signature('SNOD').skip(2);
    const entryBytes = 2 * width + 8 + 16;
    const count = list.u16();
    const entries = await storage.structure(leaf.address + 8, count * entryBytes, 'a list of names');
    for (let entry = 0; entry < count; entry++) {
      const name = utf8(heap(entries.uint(width)));
      const address = entries.optionalAddress();
      const type = entries.u32();
      const scratch = entries.skip(4).u32();
      entries.skip(12);
      if (type === softLink)
        links.push({ name, position: 0, link: { to: 'path', path: utf8(heap(scratch)) } });
      else if (address === undefined) throw damaged(`${quote(name)} leads nowhere`);
      else links.push({ name, position: 0, link: { to: 'object', address } });
    }
  }
  return links;
}

/** The heap of a group's names: a function from a position to the text there. */
async function readLocalHeap(storage: Storage, address: number): Promise<(at: number) => Uint8Array> {
  const { widths } = storage;
  const header = await storage.structure(address, 8 + 2 * widths.length + widths.address, 'a heap of names');
  const length = header.signature('HEAP').skip(4).length();
  header.length(); // where free space starts
  const bytes = (await storage.structure(header.address(), length, 'a heap of names')).take(length);
  return (at) => {
    if (at >= length) throw damaged('a name lies outside the heap of names');
    const name = new Cursor(bytes.subarray(at), widths, 'a heap of names').untilZero();
    storage.count(name.length);
    return name;
  };
}

/** What the leaves of a B-tree of version 1 refer to, with the keys before them, from left to right. */
export async function* treeLeaves(
  storage: Storage,
  root: number,
  { type, keyBytes }: { readonly type: number; readonly keyBytes: number },
): AsyncGenerator<{ readonly key: Uint8Array; readonly address: number }> {
  const { address: width } = storage.widths;
  const rest: { address: number; level?: number }[] = [{ address: root }];
  const seen = new Set<number>();
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    if (seen.has(node.address)) throw damaged('a B-tree contains itself');
    seen.add(node.address);
    const header = await storage.structure(node.address, 8 + 2 * width, 'a B-tree');
    const nodeType = header.signature('TREE').u8();
    const [level, count] = [header.u8(), header.u16()];
    if (nodeType !== type || level !== (node.level ?? level))
      throw damaged('a B-tree has a node of another kind');
    const bodyAddress = node.address + 8 + 2 * width;
    const body = await storage.structure(bodyAddress, count * (keyBytes + width), 'a B-tree');
    const children = Array.from({ length: count }, () => ({
      key: body.take(keyBytes),
      address: body.address(),
    }));
    if (level === 0) yield* children;
    else rest.push(...children.reverse().map(({ address }) => ({ address, level: level - 1 })));
  }
}
