// Python's pickle, protocols 0 to 5, read without Python: the machine builds data, and asks its host about all else.
import { badFile, quote } from '../../bad-file.js';
import { Global, NumpyDtype, Opaque, type PickleValue } from './pickle-values.js';

/** What a pickle's names and calls mean. Each may refuse with `bad-file`. */
export interface PickleHost {
  /** Whether a pickle may name this at all. */
  checkGlobal(global: Global): void;
  /**
   * What a call gives. Nothing is called that isn't written in the host.
   * @param spend must be told of values that are copied, before they are
   */
  call(callee: Global, args: PickleValue[], spend: (count: number) => void): PickleValue;
  /** An object of a class, before it has its attributes. */
  create(type: Global, args: PickleValue[]): PickleValue;
  /** What a persistent id stands for. */
  load(id: PickleValue): PickleValue;
}

/** The largest known have a few hundred thousand. */
const maxOpcodes = 4_000_000;
/** Containers take more memory than numbers. */
const maxContainers = 500_000;
const maxLongBytes = 1024;
const maxProtocol = 5;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const noEnd = 'pickle-ended';
const saveAgain = 'Save the state dict again: torch.save(model.state_dict(), "weights.pth").';

/** Whether this is the error of a pickle that goes on after the bytes at hand. */
export function isUnfinished(error: unknown): boolean {
  return (error as { details?: { reason?: unknown } } | undefined)?.details?.reason === noEnd;
}

/**
 * Reads the pickle that starts at byte `start`, and where it ends. Calls nothing, follows no nesting by recursion, and
 * takes time and memory in proportion to the bytes. Throws `bad-file`.
 */
export function readPickle(
  bytes: Uint8Array,
  start: number,
  host: PickleHost,
): { readonly value: PickleValue; readonly end: number } {
  const machine = new Machine(bytes, start, host);
  for (let opcodes = 0; opcodes < maxOpcodes; opcodes++) {
    const code = machine.uint(1);
    if (code === stop) return { value: machine.pop(), end: machine.at };
    const run = opcodeTable[code];
    if (run === undefined) throw machine.wrong(`has an opcode that pickle lacks (0x${code.toString(16)})`);
    run(machine);
  }
  throw machine.wrong(`has more than ${maxOpcodes} opcodes`);
}

class Machine {
  readonly #view: DataView;
  readonly #stack: PickleValue[] = [];
  /** The heights of the stack at its marks. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #containers = 0;
  /** Values that may still be copied. */
  #copies: number;

  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly host: PickleHost,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#copies = bytes.length + 100_000;
  }

  wrong(problem: string) {
    return badFile(`The file's pickle ${problem}, near byte ${this.at}. ${saveAgain}`, { at: this.at });
  }

  // Reading

  take(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) {
      throw badFile(`The file's pickle has no end: the file is truncated or damaged. Copy it again.`, {
        reason: noEnd,
      });
    }
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes. */
  uint(width: 1 | 2 | 4 | 8): number {
    this.take(width);
    const at = this.at - width;
    if (width === 8) return Number(this.#view.getBigUint64(at, true));
    if (width === 4) return this.#view.getUint32(at, true);
    return width === 2 ? this.#view.getUint16(at, true) : this.#view.getUint8(at);
  }

  int32(): number {
    this.take(4);
    return this.#view.getInt32(this.at - 4, true);
  }

  double(): number {
    this.take(8);
    return this.#view.getFloat64(this.at - 8);
  }

  /** A whole number of any length, two's complement. */
  long(length: number): number | bigint {
    if (length > maxLongBytes) throw this.wrong(`has a number of ${length} bytes`);
    const digits = this.take(length).reduceRight(
      (hex, byte) => hex + byte.toString(16).padStart(2, '0'),
      '0x0',
    );
    return plain(BigInt.asIntN(8 * length, BigInt(digits)));
  }

  /** A line without its end. */
  lineBytes(): Uint8Array {
    const end = this.bytes.indexOf(0x0a, this.at);
    const line = this.take((end < 0 ? Number.POSITIVE_INFINITY : end) - this.at);
    this.at++;
    return line;
  }

  line(): string {
    return this.utf8(this.lineBytes());
  }

  utf8(bytes: Uint8Array): string {
    try {
      return decoder.decode(bytes);
    } catch {
      throw this.wrong('has text that is not UTF-8');
    }
  }

  // The stack

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  /** Pushes a value that takes more memory than a number. */
  pushNew(value: PickleValue): void {
    if (++this.#containers > maxContainers) throw this.wrong(`builds more than ${maxContainers} objects`);
    this.push(value);
  }

  get top(): PickleValue {
    this.#need(1);
    return this.#stack.at(-1) as PickleValue;
  }

  pop(): PickleValue {
    this.#need(1);
    return this.#stack.pop() as PickleValue;
  }

  /** The last `count` values. */
  popAll(count: number): PickleValue[] {
    this.#need(count);
    return this.#stack.splice(this.#stack.length - count);
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** The values after the last mark. */
  popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.wrong('is damaged: a mark is missing');
    return this.#stack.splice(mark);
  }

  /** Takes away the last value, or a mark where that came last. */
  discard(): void {
    if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
    else this.pop();
  }

  #need(count: number): void {
    if (this.#stack.length - (this.#marks.at(-1) ?? 0) < count) {
      throw this.wrong('is damaged: a value is missing');
    }
  }

  // The memo

  put(index: number): void {
    this.#memo.set(index, this.top);
  }

  memoize(): void {
    this.put(this.#memo.size);
  }

  get(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.wrong(`is damaged: it recalls what it hasn't saved`);
    this.push(value);
  }

  // Objects

  append(items: readonly PickleValue[]): void {
    const list = this.top;
    const target = list instanceof Opaque ? list.contents : list;
    if (!Array.isArray(target)) throw this.wrong('is damaged: it appends to what is no list');
    for (const item of items) target.push(item);
  }

  setItems(items: readonly PickleValue[]): void {
    const dict = this.top;
    if (items.length % 2 > 0) throw this.wrong('is damaged: a key lacks its value');
    if (dict instanceof Opaque) {
      this.append(items);
      return;
    }
    if (!(dict instanceof Map)) throw this.wrong('is damaged: it sets items of what is no dict');
    for (let at = 0; at < items.length; at += 2)
      dict.set(items[at] as PickleValue, items[at + 1] as PickleValue);
  }

  addItems(items: readonly PickleValue[]): void {
    const set = this.top;
    if (!(set instanceof Set)) throw this.wrong('is damaged: it adds to what is no set');
    for (const item of items) set.add(item);
  }

  global(module: PickleValue, name: PickleValue): void {
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw this.wrong('is damaged: it names something without words');
    }
    const global = new Global(module, name);
    this.host.checkGlobal(global);
    this.pushNew(global);
  }

  call(): void {
    const [callee, args] = this.popAll(2) as [PickleValue, PickleValue];
    if (!(callee instanceof Global)) throw this.wrong('calls what is no function (REDUCE)');
    if (!Array.isArray(args)) throw this.wrong(`calls ${named(callee)} without a tuple of arguments`);
    this.pushNew(this.host.call(callee, args, (count) => this.#spend(count)));
  }

  #spend(count: number): void {
    this.#copies -= count;
    if (this.#copies < 0) throw this.wrong('copies more than it holds');
  }

  create(): void {
    const [type, args] = this.popAll(2) as [PickleValue, PickleValue];
    if (!(type instanceof Global)) throw this.wrong('makes an object of what is no class (NEWOBJ)');
    if (!Array.isArray(args)) throw this.wrong(`makes a ${named(type)} without a tuple of arguments`);
    this.pushNew(this.host.create(type, args));
  }

  /** Gives an object its attributes. Those of dicts (PyTorch notes versions there) are left out. */
  build(): void {
    const state = this.pop();
    const object = this.top;
    if (object instanceof Opaque) object.contents.push(state);
    else if (object instanceof NumpyDtype) object.isBigEndian = Array.isArray(state) && state[1] === '>';
    else if (!(object instanceof Map)) throw this.wrong('sets the state of what has none (BUILD)');
  }

  load(): void {
    this.pushNew(this.host.load(this.pop()));
  }

  refuse(what: string): never {
    throw this.wrong(`${what}, which no file of weights does`);
  }
}

/** What each opcode does, by its character: https://docs.python.org/3/library/pickletools.html */
const operations: Readonly<Record<string, (machine: Machine) => void>> = {
  '\x80': (m) => {
    const protocol = m.uint(1);
    if (protocol > maxProtocol) throw m.wrong(`has protocol ${protocol}; 0 to ${maxProtocol} can be read`);
  },
  '\x95': (m) => m.uint(8), // the length of a frame

  '(': (m) => m.mark(),
  '0': (m) => m.discard(),
  '1': (m) => m.popToMark(),
  '2': (m) => m.push(m.top),

  N: (m) => m.push(null),
  '\x88': (m) => m.push(true),
  '\x89': (m) => m.push(false),
  I: (m) => m.push(textInt(m)),
  L: (m) => m.push(textLong(m)),
  J: (m) => m.push(m.int32()),
  K: (m) => m.push(m.uint(1)),
  M: (m) => m.push(m.uint(2)),
  '\x8a': (m) => m.push(m.long(m.uint(1))),
  '\x8b': (m) => m.push(m.long(m.uint(4))),
  F: (m) => m.push(textFloat(m)),
  G: (m) => m.push(m.double()),

  S: (m) => m.push(unquoted(m.line())),
  T: (m) => m.push(byteString(m.take(m.uint(4)))),
  U: (m) => m.push(byteString(m.take(m.uint(1)))),
  V: (m) => m.push(unescaped(latin1(m.lineBytes()))),
  X: (m) => m.push(m.utf8(m.take(m.uint(4)))),
  '\x8c': (m) => m.push(m.utf8(m.take(m.uint(1)))),
  '\x8d': (m) => m.push(m.utf8(m.take(m.uint(8)))),
  B: (m) => m.pushNew(new Uint8Array(m.take(m.uint(4)))),
  C: (m) => m.pushNew(new Uint8Array(m.take(m.uint(1)))),
  '\x8e': (m) => m.pushNew(new Uint8Array(m.take(m.uint(8)))),
  '\x96': (m) => m.pushNew(new Uint8Array(m.take(m.uint(8)))),

  ']': (m) => m.pushNew([]),
  l: (m) => m.pushNew(m.popToMark()),
  a: (m) => m.append(m.popAll(1)),
  e: (m) => m.append(m.popToMark()),
  ')': (m) => m.pushNew([]),
  t: (m) => m.pushNew(m.popToMark()),
  '\x85': (m) => m.pushNew(m.popAll(1)),
  '\x86': (m) => m.pushNew(m.popAll(2)),
  '\x87': (m) => m.pushNew(m.popAll(3)),
  '}': (m) => m.pushNew(new Map()),
  d: (m) => {
    const items = m.popToMark();
    m.pushNew(new Map());
    m.setItems(items);
  },
  s: (m) => m.setItems(m.popAll(2)),
  u: (m) => m.setItems(m.popToMark()),
  '\x8f': (m) => m.pushNew(new Set()),
  '\x90': (m) => m.addItems(m.popToMark()),
  '\x91': (m) => m.pushNew(new Set(m.popToMark())),

  p: (m) => m.put(textIndex(m)),
  q: (m) => m.put(m.uint(1)),
  r: (m) => m.put(m.uint(4)),
  '\x94': (m) => m.memoize(),
  g: (m) => m.get(textIndex(m)),
  h: (m) => m.get(m.uint(1)),
  j: (m) => m.get(m.uint(4)),

  c: (m) => m.global(m.line(), m.line()),
  '\x93': (m) => m.global(...(m.popAll(2) as [PickleValue, PickleValue])),
  R: (m) => m.call(),
  '\x81': (m) => m.create(),
  b: (m) => m.build(),
  Q: (m) => m.load(),
  P: (m) => m.refuse(`refers to ${quote(m.line())} outside the file (PERSID)`),
  i: (m) => m.refuse(`calls ${quote(`${m.line()}.${m.line()}`)} (INST)`),
  o: (m) => m.refuse(`calls ${named(m.popToMark()[0])} (OBJ)`),
  '\x92': (m) => m.refuse(`calls ${named(m.popAll(3)[0])} (NEWOBJ_EX)`),
  '\x82': (m) => m.refuse(`takes extension ${m.uint(1)} from a registry (EXT1)`),
  '\x83': (m) => m.refuse(`takes extension ${m.uint(2)} from a registry (EXT2)`),
  '\x84': (m) => m.refuse(`takes extension ${m.uint(4)} from a registry (EXT4)`),
  '\x97': (m) => m.refuse('takes a buffer from outside (NEXT_BUFFER)'),
  '\x98': (m) => m.refuse('takes a buffer from outside (READONLY_BUFFER)'),
};
const opcodeTable: ((machine: Machine) => void)[] = [];
for (const [character, run] of Object.entries(operations)) opcodeTable[character.charCodeAt(0)] = run;
const stop = '.'.charCodeAt(0);

function named(value: PickleValue | undefined): string {
  return value instanceof Global ? quote(String(value)) : 'something';
}

function plain(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function textInt(machine: Machine): PickleValue {
  const line = machine.line();
  if (line === '00' || line === '01') return line === '01';
  return wholeNumber(machine, line);
}

function textLong(machine: Machine): PickleValue {
  return wholeNumber(machine, machine.line().replace(/L$/u, ''));
}

function wholeNumber(machine: Machine, digits: string): number | bigint {
  if (!/^-?\d{1,2500}$/u.test(digits)) throw machine.wrong('has a number that is none');
  return plain(BigInt(digits));
}

function textIndex(machine: Machine): number {
  return Number(wholeNumber(machine, machine.line()));
}

function textFloat(machine: Machine): number {
  const line = machine.line();
  const [, sign, special] = /^(-?)(inf|nan)$/u.exec(line) ?? [];
  if (special !== undefined) return special === 'nan' ? Number.NaN : Number(`${sign}Infinity`);
  if (!/^-?[\d.]{1,400}(e[-+]?\d{1,4})?$/iu.test(line)) throw machine.wrong('has a number that is none');
  return Number(line);
}

/** A string of Python 2: text for the most part, and bytes now and then. */
function byteString(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return latin1(bytes);
  }
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** A string of protocol 0 as Python shows it, without its quotes and escapes. */
function unquoted(line: string): string {
  const text = line.replace(/^(['"])(.*)\1$/su, '$2');
  return text.replace(/\\(?:x([\da-f]{2})|(.))/gsu, (_, code?: string, character = '') =>
    code === undefined ? (controls[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** Text of protocol 0 without its escapes. */
function unescaped(text: string): string {
  return text.replace(
    /\\(?:u([\da-f]{4})|U(00(?:0[\da-f]|10)[\da-f]{4}))/gu,
    (_, short?: string, long = '') => String.fromCodePoint(Number.parseInt(short ?? long, 16)),
  );
}
