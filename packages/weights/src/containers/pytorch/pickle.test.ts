import { describe, expect, it } from 'vitest';
import { plain } from './files.test-support.js';
import { isUnfinished, readPickle } from './pickle.js';
import { NumpyDtype, type PickleValue } from './pickle-values.js';
import { torchHost } from './torch-host.js';

/** What a pickle of these characters (Latin-1) holds. */
function read(text: string): PickleValue {
  return readPickle(Buffer.from(text, 'latin1'), 0, torchHost().host).value;
}

/** As JSON would have it. */
function simple(value: PickleValue): unknown {
  if (Array.isArray(value)) return value.map(simple);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [key, simple(each)]));
  return value;
}

describe('readPickle', () => {
  it.each(plain.pickles.map(({ protocol, pickle }) => [protocol, pickle] as const))(
    'reads what Python writes by protocol %i',
    (_protocol, pickle) => {
      const bytes = new Uint8Array(Buffer.from(pickle, 'base64'));
      const { value, end } = readPickle(bytes, 0, torchHost().host);
      expect(simple(value)).toEqual(plain.value);
      expect(end).toBe(bytes.length);
    },
  );

  it.each<[string, string, PickleValue]>([
    ['whole numbers as text', 'I-12\n.', -12],
    ['booleans as text', 'I01\n.', true],
    ['long numbers as text', 'L36893488147419103232L\n.', 2n ** 65n],
    ['long numbers', '\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x02.', 2n ** 65n],
    ['long numbers below 0', '\x8b\x01\x00\x00\x00\xff.', -1],
    ['a long number of no bytes', '\x8a\x00.', 0],
    ['floats as text', 'F-1.5e3\n.', -1500],
    ['infinity as text', 'F-inf\n.', Number.NEGATIVE_INFINITY],
    ['floats, big-endian', 'G\x3f\xf8\0\0\0\0\0\0.', 1.5],
    ['strings as Python shows them', "S'a\\x41\\'\\n\\\\'\n.", "aA'\n\\"],
    ['text with escapes', 'V\\u00e9\\n\n.', 'é\\n'],
    ['strings of Python 2', 'U\x02\xc3\xa9.', 'é'],
    ['bytes of Python 2', 'T\x01\0\0\0\xe9.', 'é'],
    ['long text', '\x8d\x01\0\0\0\0\0\0\0a.', 'a'],
    ['bytes', 'C\x02\x00\xff.', Uint8Array.of(0, 255)],
    ['long bytes', '\x8e\x01\0\0\0\0\0\0\0\x07.', Uint8Array.of(7)],
    ['bytearrays', '\x96\x01\0\0\0\0\0\0\0\x07.', Uint8Array.of(7)],
    [
      'bytes before protocol 3',
      'c_codecs\nencode\n(X\x03\0\0\0a\xc3\xbfX\x06\0\0\0latin1tR.',
      Uint8Array.of(97, 255),
    ],
    ['sets', '\x8f(K\x01K\x02\x90.', new Set([1, 2])],
    ['frozen sets', '(K\x01\x91.', new Set([1])],
    ['sets before protocol 4', 'c__builtin__\nset\n](K\x01K\x02e\x85R.', new Set([1, 2])],
    ['dicts from marks', '(K\x01K\x02d.', new Map([[1, 2]])],
    ['ordered dicts of Python 2', 'ccollections\nOrderedDict\n]]K\x01aK\x02aa\x85R.', new Map([[1, 2]])],
    [
      'ordered dicts with attributes',
      'ccollections\nOrderedDict\n)RK\x01K\x02s}K\x03K\x04sb.',
      new Map([[1, 2]]),
    ],
    ['counters', 'ccollections\nCounter\n}K\x01K\x02s\x85R.', new Map([[1, 2]])],
    ['the memo', 'K\x07q\x00r\x01\x01\0\0p2\n0h\x00j\x01\x01\0\0g2\n\x87.', [7, 7, 7]],
    ['duplicates and discards', 'K\x01(0K\x022\x86(K\x031\x86.', [1, [2, 2]]],
    ['sizes', 'ctorch\nSize\n(K\x01K\x02t\x85R.', [1, 2]],
    ['devices', 'ctorch\ndevice\nX\x04\0\0\0cudaK\x01\x86R.', 'cuda:1'],
  ])('reads %s', (_what, pickle, value) => {
    expect(read(pickle)).toEqual(value);
  });

  it.each<[string, string, PickleValue]>([
    ['f8', 'C\x08\0\0\0\0\0\0\x04@', 2.5],
    ['f4', 'C\x04\0\0\x20@', 2.5],
    ['i8', 'C\x08\xff\xff\xff\xff\xff\xff\xff\xff', -1],
    ['u2', 'C\x02\x01\x02', 513],
    ['b1', 'C\x01\x01', true],
    ['f8', 'U\x08\0\0\0\0\0\0\xf8\x3f', 1.5], // Python 2's bytes
  ])('reads scalars of NumPy: %s from %j', (code, content, value) => {
    expect(
      read(`cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\x02\0\0\0${code}\x85R${content}\x86R.`),
    ).toBe(value);
  });

  it('reads big-endian scalars of NumPy', () => {
    const dtype = 'cnumpy\ndtype\nX\x02\0\0\0i2\x85R(K\x03X\x01\0\0\0>tb';
    expect(read(`${dtype}.`)).toMatchObject({ code: 'i2', isBigEndian: true });
    expect(read(`${dtype}.`)).toBeInstanceOf(NumpyDtype);
    expect(read(`cnumpy._core.multiarray\nscalar\n${dtype}C\x02\x01\x02\x86R.`)).toBe(258);
  });

  it('keeps of an unknown object what it has, and calls nothing', () => {
    const namespace = read('cargparse\nNamespace\n)\x81}X\x02\0\0\0lrK\x01sb.');
    expect(namespace).toMatchObject({ type: 'argparse.Namespace', contents: [new Map([['lr', 1]])] });
    expect(read('cpathlib\nPosixPath\nX\x01\0\0\0a\x85R.')).toMatchObject({
      type: 'pathlib.PosixPath',
      contents: ['a'],
    });
  });

  it.each([
    ['a missing value', 'R.', 'a value is missing'],
    ['a missing mark', 't.', 'a mark is missing'],
    ['values from before a mark', 'K\x01(\x85.', 'a value is missing'],
    ['nothing at all', '.', 'a value is missing'],
    ['an unknown memo', 'h\x07.', "recalls what it hasn't saved"],
    ['an unknown opcode', '\xff.', 'an opcode that pickle lacks (0xff)'],
    ['a newer protocol', '\x80\x06.', 'protocol 6; 0 to 5'],
    ['text that is not UTF-8', 'X\x01\0\0\0\xff.', 'not UTF-8'],
    ['a key without a value', '}(K\x01u.', 'a key lacks its value'],
    ['items of a number', 'K\x01(K\x01K\x02u.', 'items of what is no dict'],
    ['items appended to a dict', '}K\x01a.', 'appends to what is no list'],
    ['items added to a list', '](K\x01\x90.', 'adds to what is no set'],
    ['a number of many bytes', '\x8b\x01\x04\0\0.', 'a number of 1025 bytes'],
    ['a number of letters', 'Iabc\n.', 'a number that is none'],
    ['a float of letters', 'Fabc\n.', 'a number that is none'],
    ['a name without words', 'K\x01K\x02\x93.', 'names something without words'],
    ['a call of a number', 'K\x01)R.', 'calls what is no function'],
    ['a call without a tuple', 'ctorch\nSize\nK\x01R.', 'without a tuple'],
    ['an object of a number', 'K\x01)\x81.', 'what is no class'],
    ['the state of a list', ']}b.', 'sets the state of what has none'],
    ['bytes of another encoding', 'c_codecs\nencode\n(X\x01\0\0\0aX\x05\0\0\0rot13tR.', 'encodes bytes'],
  ])('refuses %s', (_what, pickle, reason) => {
    expect(() => read(pickle)).toThrow(reason);
  });

  it('knows where a pickle goes on after the bytes at hand', () => {
    for (const { pickle } of plain.pickles) {
      const bytes = new Uint8Array(Buffer.from(pickle, 'base64'));
      for (let length = 0; length < bytes.length; length++) {
        let error: unknown;
        try {
          readPickle(bytes.subarray(0, length), 0, torchHost().host);
        } catch (reason) {
          error = reason;
        }
        expect(isUnfinished(error)).toBe(true);
      }
    }
  });
});
