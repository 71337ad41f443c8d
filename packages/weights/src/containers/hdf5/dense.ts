import { Cursor, damaged, unsupported } from './cursor.js';
import type { Storage } from './storage.js';

/** Where the records of a B-tree of version 2 have the place of an object in a fractal heap. */
interface RecordKind {
  readonly type: number;
  readonly idStart: number;
  readonly idBytes: number;
}

/** Records of links, by name. */
export const linkIds: RecordKind = { type: 5, idStart: 4, idBytes: 7 };
/** Records of attributes, by name. */
export const attributeIds: RecordKind = { type: 8, idStart: 0, idBytes: 8 };

/** The objects that a group or object keeps in a heap, because it has many. Throws `bad-file`. */
export async function denseObjects(
  storage: Storage,
  heapAddress: number,
  treeAddress: number,
  kind: RecordKind,
): Promise<Uint8Array[]> {
  const heap = await openFractalHeap(storage, heapAddress);
  const objects: Uint8Array[] = [];
  for (const record of await treeRecords(storage, treeAddress, kind.type)) {
    if (record.length < kind.idStart + kind.idBytes) throw damaged('a B-tree has records that are too short');
    objects.push(await heap(record.subarray(kind.idStart, kind.idStart + kind.idBytes)));
  }
  return objects;
}

/** The bytes that hold a number up to `max`. */
function bytesFor(max: number): number {
  return Math.max(Math.ceil(Math.log2(max + 1) / 8), 1);
}

/** All records of a B-tree of version 2. */
async function treeRecords(storage: Storage, address: number, type: number): Promise<Uint8Array[]> {
  const { widths } = storage;
  const header = await storage.structure(address, 16 + widths.address + 2 + widths.length, 'a B-tree');
  if (header.signature('BTHD').skip(1).u8() !== type) throw damaged('a B-tree is of another kind');
  const [nodeBytes, recordBytes, depth] = [header.u32(), header.u16(), header.u16()];
  const root = header.skip(2).optionalAddress();
  const count = header.u16();
  if (recordBytes === 0 || nodeBytes < 10 + recordBytes) throw damaged('a B-tree has no room for records');
  if (depth > 16) throw damaged(`a B-tree is ${depth} levels deep`);
  const pointers = pointerWidths(nodeBytes, recordBytes, depth, widths.address);

  const records: Uint8Array[] = [];
  const rest = root === undefined || count === 0 ? [] : [{ address: root, count, depth }];
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    const inner = pointers[node.depth - 1];
    const children = inner === undefined ? 0 : node.count + 1;
    const bytes = 6 + node.count * recordBytes + children * (inner?.bytes ?? 0);
    if (bytes > nodeBytes) throw damaged('a B-tree has more records than fit');
    const cursor = await storage.structure(node.address, bytes, 'a B-tree');
    cursor.signature(inner === undefined ? 'BTLF' : 'BTIN').skip(2);
    for (let record = 0; record < node.count; record++) records.push(cursor.take(recordBytes));
    for (let child = 0; child < children; child++) {
      const [below, records] = [cursor.address(), cursor.uint(inner?.count ?? 1)];
      cursor.skip(inner?.total ?? 0);
      rest.push({ address: below, count: records, depth: node.depth - 1 });
    }
  }
  return records;
}

/** The widths of what a node says of each child, by the node's height above the leaves, less one. */
function pointerWidths(nodeBytes: number, recordBytes: number, depth: number, address: number) {
  const widths: { bytes: number; count: number; total: number }[] = [];
  let most = Math.floor((nodeBytes - 10) / recordBytes); // records in a node of the level below
  const count = bytesFor(most);
  let mostBelow = most; // and in all nodes below it, too
  for (let level = 1; level <= depth; level++) {
    const total = level > 1 ? bytesFor(mostBelow) : 0;
    const bytes = address + count + total;
    widths.push({ bytes, count, total });
    most = Math.floor((nodeBytes - 10 - bytes) / (recordBytes + bytes));
    mostBelow = Math.min((most + 1) * mostBelow + most, 2 ** 48);
  }
  return widths;
}

/** A fractal heap: a function from an object's identifier to the object. */
async function openFractalHeap(
  storage: Storage,
  address: number,
): Promise<(id: Uint8Array) => Promise<Uint8Array>> {
  const { widths } = storage;
  const what = 'a fractal heap';
  const header = await storage.structure(address, 22 + 12 * widths.length + 3 * widths.address, what);
  header.signature('FRHP').skip(1 + 2);
  if (header.u16() > 0) throw unsupported('a fractal heap with filters');
  const maxObject = header.skip(1).u32();
  header.skip(2 * widths.length + 2 * widths.address + 8 * widths.length);
  const width = header.u16();
  const [startBytes, maxDirect] = [header.length(), header.length()];
  const offsetBytes = Math.ceil(header.u16() / 8);
  header.skip(2);
  const root = header.optionalAddress();
  const rootRows = header.u16();
  const powers = [width, startBytes, maxDirect].map(Math.log2);
  if (offsetBytes < 1 || offsetBytes > 8 || !powers.every(Number.isInteger) || maxDirect < startBytes)
    throw damaged('a fractal heap has sizes that none can have');
  const lengthBytes = Math.min(Math.ceil(Math.log2(maxDirect) / 8), bytesFor(maxObject));
  const rowBytes = (row: number) => startBytes * 2 ** Math.max(row - 1, 0); // of a block in it
  const rowStart = (row: number) => (row === 0 ? 0 : width * startBytes * 2 ** (row - 1));
  const directRows = Math.log2(maxDirect / startBytes) + 2;

  /** The address of what is at an offset in an indirect block, or in a block below it. */
  async function locate(block: number, rows: number, offset: number): Promise<number> {
    let row = 0;
    while (row < rows && offset >= rowStart(row + 1)) row++;
    if (row >= rows) throw damaged('an object lies outside its fractal heap');
    const within = offset - rowStart(row);
    const entry = row * width + Math.floor(within / rowBytes(row));
    const prefix = 5 + widths.address + offsetBytes;
    const at = block + prefix + entry * widths.address;
    const child = (await storage.structure(at, widths.address, what)).address();
    const rest = within % rowBytes(row);
    if (row < directRows) return child + rest;
    const childRows = Math.log2(rowBytes(row) / (startBytes * width)) + 1;
    if (childRows >= rows || childRows < 1) throw damaged('a fractal heap contains itself');
    return locate(child, childRows, rest);
  }

  return async (id) => {
    const kind = ((id[0] as number) >> 4) & 3;
    if (kind === 2) return id.subarray(1, 2 + ((id[0] as number) & 15));
    if (kind !== 0) throw unsupported('an object too large for its fractal heap');
    const cursor = new Cursor(id, widths, what).skip(1);
    const [offset, length] = [cursor.uint(offsetBytes), cursor.uint(lengthBytes)];
    if (root === undefined) throw damaged('a fractal heap is empty, but should hold an object');
    const at = rootRows === 0 ? root + offset : await locate(root, rootRows, offset);
    return (await storage.structure(at, length, what)).take(length);
  };
}
