// Files that were made to do harm, or to be taken for something else: each is refused with its reason, quickly.
import { describe, expect, it } from 'vitest';
import { ResNetError } from '@resnetjs/core';
import { byteSource } from '../../byte-source.js';
import { bytesOf, legacyWith, op, zipWith } from './crafted.test-support.js';
import { fileNamed } from './files.test-support.js';
import { openPytorch } from './open-pytorch.js';

const tensor = op.tensor();
/** A file of weights with this beside them. */
const beside = (value: string) => op.dict({ state_dict: op.dict({ w: tensor }), extra: value });
const system = op.global('os', 'system');
const command = op.tuple(op.text('echo harm'));
const times = (count: number, text: string) => text.repeat(count);

async function expectRefusal(bytes: Uint8Array, reason: RegExp | string): Promise<void> {
  const start = performance.now();
  const opening = openPytorch(byteSource(bytes));
  await expect(opening).rejects.toBeInstanceOf(ResNetError);
  await expect(opening).rejects.toMatchObject({ code: 'bad-file' });
  await expect(opening).rejects.toThrow(reason);
  expect(performance.now() - start).toBeLessThan(10_000);
}

describe('the crafted files without harm', () => {
  it.each(['zip', 'legacy'])('are read: %s', async (kind) => {
    const pickle = op.dict({ state_dict: op.dict({ w: tensor }), epoch: op.int(3) });
    const file = await openPytorch(byteSource(kind === 'zip' ? await zipWith(pickle) : legacyWith(pickle)));
    expect(file).toMatchObject({ format: kind, path: ['state_dict'], metadata: new Map([['epoch', '3']]) });
    expect(file.tensors).toEqual(new Map([['w', { dtype: 'F32', shape: [2, 3] }]]));
    expect(new Float32Array((await file.read('w')).buffer)).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
  });

  it('may have parts of storages, as the oldest legacy files do', async () => {
    const view = op.tuple(op.text('v'), op.int(2), op.int(3));
    const pid = op.tuple(
      ...[
        op.text('storage'),
        op.global('torch.cuda', 'FloatStorage'),
        op.text('0'),
        op.text('cuda:0'),
        op.int(6),
        view,
      ],
    );
    const part = op.tensor({ storage: `${pid}Q`, offset: op.int(1), shape: [2], strides: [1] });
    const file = await openPytorch(byteSource(legacyWith(op.dict({ w: part }))));
    expect(new Float32Array((await file.read('w')).buffer)).toEqual(Float32Array.of(4, 5));
  });

  it('may share what they nest', async () => {
    const pickle = `${op.dict({ a: `${op.dict({ w: tensor })}q\x01`, b: 'h\x01' })}`;
    const file = await openPytorch(byteSource(await zipWith(pickle)));
    expect([...file.tensors.keys()]).toEqual(['a.w', 'b.w']);
  });

  it('may have a dict beside the weights that contains itself', async () => {
    const file = await openPytorch(byteSource(await zipWith(beside('}q\x01X\x01\0\0\0ah\x01s'))));
    expect([...file.tensors.keys()]).toEqual(['w']);
  });
});

describe('what would call something in Python', () => {
  it.each<[string, string, RegExp]>([
    ['GLOBAL and REDUCE', `${system}${command}R`, /names "os.system", which could run commands/],
    ['GLOBAL alone', system, /names "os.system"/],
    ['STACK_GLOBAL', `${op.text('posix')}${op.text('system')}\x93${command}R`, /names "posix.system"/],
    ['a function of builtins', `${op.global('builtins', 'eval')}${command}R`, /names "builtins.eval"/],
    ['getattr', `${op.global('__builtin__', 'getattr')}${command}R`, /wants to call "__builtin__.getattr"/],
    [
      'a module in a module',
      `${op.global('importlib.util', 'find_spec')}${command}R`,
      /names "importlib.util/,
    ],
    ['a class', `${op.global('subprocess', 'Popen')}${command}R`, /names "subprocess.Popen"/],
    ['a function of PyTorch', `${op.global('torch', 'load')}${command}R`, /wants to call "torch.load"/],
    ['a function of a stranger', `${op.global('mine', 'run')}${command}R`, /wants to call "mine.run"/],
    ['a result', `${op.global('mine', 'Maker')})R${command}R`, /calls what is no function \(REDUCE\)/],
    ['INST', `(${op.text('echo harm')}ios\nsystem\n`, /calls "os.system" \(INST\)/],
    ['OBJ', `(${op.global('mine', 'Run')}${op.text('harm')}o`, /calls "mine.Run" \(OBJ\)/],
    ['NEWOBJ', `${system}${command}\x81`, /names "os.system"/],
    ['NEWOBJ_EX', `${op.global('mine', 'Run')}${command}}\x92`, /calls "mine.Run" \(NEWOBJ_EX\)/],
    ['EXT1', `\x82\x01${command}R`, /takes extension 1 from a registry/],
    ['EXT2', '\x83\x01\x02', /takes extension 513 from a registry/],
    ['EXT4', '\x84\x01\0\0\0', /takes extension 1 from a registry/],
    ['PERSID', 'Pmodule\n', /refers to "module" outside the file/],
    [
      'a persistent id of a stranger',
      `${op.tuple(op.text('file'), op.text('/etc/passwd'))}Q`,
      /in a way that isn't PyTorch's/,
    ],
    ['a buffer from outside', '\x97', /takes a buffer from outside/],
    ['a tensor by another function', `${rebuildFromType(system)}`, /names "os.system"/],
    ['a tensor by a stranger', rebuildFromType(op.global('mine', 'run')), /in a way that isn't PyTorch's/],
    [
      'a tensor by itself',
      rebuildFromType(op.global('torch._tensor', '_rebuild_from_type_v2')),
      /isn't PyTorch's/,
    ],
  ])('is refused: %s', async (_what, value, reason) => {
    await expectRefusal(await zipWith(beside(value)), reason);
    await expectRefusal(legacyWith(beside(value)), reason);
    await expectRefusal(await zipWith(op.dict({ w: value, v: tensor })), reason);
  });

  it('is refused: BUILD with __setstate__ where the weights should be', async () => {
    const object = `${op.global('mine', 'Run')})\x81${op.dict({ w: tensor })}b`;
    await expectRefusal(await zipWith(object), 'an object of "mine.Run", not a dict of tensors');
    await expectRefusal(await zipWith(op.dict({ state_dict: object })), 'under "state_dict"');
    await expectRefusal(
      await zipWith(op.dict({ v: tensor, w: object })),
      'has "w" as an object of "mine.Run"',
    );
  });

  it('is refused: BUILD of a tensor', async () => {
    await expectRefusal(
      await zipWith(op.dict({ w: `${tensor}}b` })),
      'sets the state of what has none (BUILD)',
    );
  });
});

describe('what lies about tensors', () => {
  const huge = op.long(2n ** 62n);
  it.each<[string, string, RegExp]>([
    [
      'a storage larger than its values',
      op.tensor({ storage: op.storage('0', 7) }),
      /should have 28 bytes, but has 24/,
    ],
    [
      'a storage smaller than its values',
      op.tensor({ storage: op.storage('0', 5), shape: [5], strides: [1] }),
      /20 bytes/,
    ],
    ['a storage that is missing', op.tensor({ storage: op.storage('1') }), /24 bytes, but is missing/],
    ['a storage of another folder', op.tensor({ storage: op.storage('../data.pkl') }), /is missing/],
    ['a storage of no type', op.tensor({ storage: op.storage('0', 6, 'SecretStorage') }), /isn't PyTorch's/],
    ['a storage of a negative size', op.tensor({ storage: op.storage('0', -6) }), /isn't PyTorch's/],
    ['values past the storage', op.tensor({ shape: [3, 3] }), /whose 24 bytes don't hold it/],
    ['an offset past the storage', op.tensor({ offset: op.int(1) }), /don't hold it/],
    ['a negative offset', op.tensor({ offset: op.int(-1) }), /aren't what they should be/],
    ['a huge offset', op.tensor({ offset: huge }), /aren't what they should be/],
    [
      'a negative stride',
      op.tensor({ offset: op.int(5), shape: [6], strides: [-1] }),
      /aren't what they should be/,
    ],
    ['a negative size', op.tensor({ shape: [-2, 3] }), /aren't what they should be/],
    ['fewer strides than sizes', op.tensor({ strides: [1] }), /don't hold it/],
    ['too many axes', op.tensor({ shape: Array(65).fill(1), strides: Array(65).fill(1) }), /aren't what/],
    ['values without end', op.tensor({ shape: [2 ** 30, 2 ** 30], strides: [0, 0] }), /repeats 24 bytes/],
    [
      'two sizes of a storage',
      `(${op.storage('0', 5)}1${op.storage('0', 6)}`,
      /two things of its storage "0"/,
    ],
    ['two types of a storage', `(${op.storage('0', 6, 'IntStorage')}1${op.storage('0', 6)}`, /two things of/],
    [
      'a part outside',
      `${op.tuple(op.text('storage'), op.global('torch', 'FloatStorage'), op.text('0'), op.text('cpu'), op.int(6), op.tuple(op.text('v'), op.int(4), op.int(3)))}Q`,
      /a part outside/,
    ],
    [
      'a parameter without a tensor',
      `${op.global('torch._utils', '_rebuild_parameter')}${op.tuple(op.int(1))}R`,
      /without a tensor/,
    ],
  ])('is refused: %s', async (_what, value, reason) => {
    await expectRefusal(await zipWith(op.dict({ w: value })), reason);
  });

  it('is refused: legacy storages that are not what the pickle says', async () => {
    const pickle = op.dict({ w: tensor });
    const count = (value: bigint) => bytesOf(BigInt64Array.of(value)) + bytesOf(new Float32Array(6));
    await expectRefusal(legacyWith(pickle, ['0'], count(5n)), 'should have 6 values, but says 5');
    await expectRefusal(legacyWith(pickle, ['0'], count(-6n)), 'should have 6 values, but says -6');
    await expectRefusal(legacyWith(pickle, ['0'], count(2n ** 62n)), 'should have 6 values, but says');
    await expectRefusal(legacyWith(pickle, []), 'lacks its storage "0"');
    await expectRefusal(legacyWith(pickle, ['0', '0']), 'that nothing uses, or twice');
    await expectRefusal(legacyWith(pickle, ['1']), 'that nothing uses');
    const large = op.dict({ w: op.tensor({ storage: op.storage('0', 2 ** 30) }) });
    await expectRefusal(legacyWith(large), 'within storage "0"');
  });

  it('is refused: two tensors of one name', async () => {
    const pickle = op.dict({ a: op.dict({ b: tensor }), 'a.b': tensor });
    await expectRefusal(await zipWith(pickle), 'two tensors with the name "a.b"');
  });
});

describe('what would take all memory or time', () => {
  it.each<[string, () => string, RegExp]>([
    ['a dict that contains itself', () => `}q\x01X\x01\0\0\0ah\x01s${op.text('w')}${tensor}s`, /without end/],
    ['a list that contains itself', () => op.dict({ v: `]q\x01h\x01a`, w: tensor }), /without end/],
    [
      'nesting without end',
      () => op.dict({ w: times(100_000, ']') + times(99_999, 'a'), v: tensor }),
      /without end/,
    ],
    ['sharing that doubles', () => op.dict({ w: doubled(tensor, 40) }), /without end/],
    ['sharing that doubles nothing', () => op.dict({ v: doubled('K\x01', 40), w: tensor }), /without end/],
    [
      'many keys of one large list',
      () => keysOf(`](${times(100_000, 'K\x01')}eq\x01`, 'h\x01'),
      /without end/,
    ],
    [
      'a list that is copied again and again',
      () => `](${times(50_000, 'K\x01')}eq\x01${copies('set')}`,
      /copies more than it holds/,
    ],
    ['text that is encoded again and again', () => encodings(), /copies more than it holds/],
    ['more objects than there can be', () => `(${times(600_000, '}')}`, /more than 500000 objects/],
    ['more opcodes than there can be', () => `${times(5_000_000, 'N0')}`, /more than 4000000 opcodes/],
    ['text of a length that lies', () => 'X\xff\xff\xff\x7fa', /has no end/],
    ['text of a long length that lies', () => '\x8d\xff\xff\xff\xff\xff\xff\xff\x7fa', /has no end/],
    ['bytes of a length that lies', () => '\x8e\xff\xff\xff\xff\0\0\0\0a', /has no end/],
    ['a number of many digits', () => `L${times(1_000_000, '9')}L\n`, /a number that is none/],
    ['a number of many bytes', () => `\x8b\0\0\x10\0${times(2 ** 20, '\xff')}`, /a number of 1048576 bytes/],
    ['a name without end', () => op.dict({ [times(1_000_000, 'n')]: tensor }), /names without end/],
    [
      'weights in weights',
      () => times(100, `}${op.text('model')}`) + op.dict({ w: tensor }) + times(100, 's'),
      /without end/,
    ],
  ])('is refused: %s', async (_what, pickle, reason) => {
    await expectRefusal(await zipWith(pickle()), reason);
  });

  it('is refused: a pickle that would not end, in a legacy file', async () => {
    await expectRefusal(legacyWith(`${times(200_000, 'N0')}X\xff\xff\xff\x7f`), 'has no end');
  });

  it('is refused: an archive whose pickle is a bomb', async () => {
    const bytes = await zipWith(op.dict({ w: tensor }));
    const text = Buffer.from(bytes).toString('latin1');
    const record = text.indexOf('PK\x01\x02');
    const view = new DataView(bytes.buffer);
    view.setUint16(record + 10, 8, true); // deflated
    view.setUint32(record + 20, 70_000, true);
    view.setUint32(record + 24, 70_000_000, true);
    await expectRefusal(bytes, 'overlaps what is at byte');
  });
});

describe('files that were cut off', () => {
  it.each(['two models', 'mps, legacy', 'cuda'])(
    'are refused, wherever it was: %s',
    { timeout: 60_000 },
    async (name) => {
      const bytes = await fileNamed(name);
      for (let length = 0; length < bytes.length; length++) {
        const error = await openPytorch(byteSource(bytes.subarray(0, length))).catch((reason) => reason);
        expect(error, `${length} bytes`).toMatchObject({ code: 'bad-file' });
      }
    },
  );
});

describe('archives that are not what they should be', () => {
  const pickle = op.dict({ w: tensor });
  it.each<[string, { name: string; data: Uint8Array }[], RegExp]>([
    [
      'another data.pkl',
      [{ name: 'other/data.pkl', data: new Uint8Array(1) }],
      /one folder with a data.pkl, but has 2/,
    ],
    ['a program', [{ name: 'archive/code/model.py', data: new Uint8Array(1) }], /a TorchScript archive/],
    ['constants', [{ name: 'archive/constants.pkl', data: new Uint8Array(1) }], /a TorchScript archive/],
    [
      'a name that leaves the folder',
      [{ name: '../x', data: new Uint8Array(1) }],
      /one inside the archive's folder/,
    ],
    ['another byte order', [{ name: 'archive/byteorder', data: Buffer.from('middle') }], /but is "middle"/],
    ['a large byte order', [{ name: 'archive/byteorder', data: new Uint8Array(100) }], /at most 16 are read/],
  ])('are refused with %s', async (_what, more, reason) => {
    await expectRefusal(await zipWith(pickle, more), reason);
  });

  it('are refused with something after the pickle', async () => {
    await expectRefusal(await zipWith(`${pickle}.N`), 'ends 2 bytes early');
  });
});

function rebuildFromType(callee: string): string {
  const args = op.tuple(op.text('echo harm'));
  return `${op.global('torch._tensor', '_rebuild_from_type_v2')}${op.tuple(callee, 'N', args, '}')}R`;
}

/** A list of two of a list of two of … a value: 2ⁿ of it in n steps. */
function doubled(value: string, times: number): string {
  return `${value}q\x01${Array.from({ length: times }, () => '0](h\x01h\x01eq\x01').join('')}`;
}

function keysOf(first: string, next: string): string {
  const keys = Array.from(
    { length: 1000 },
    (_, index) => op.text(`k${index}`) + (index === 0 ? first : next),
  );
  return `}(${keys.join('')}${op.text('w')}${tensor}u`;
}

function copies(type: string): string {
  return `${op.global('builtins', type)}q\x02${times(100, '0h\x02h\x01\x85R')}`;
}

function encodings(): string {
  const text = op.text(times(100_000, 'x'));
  return `${text}q\x01${op.global('_codecs', 'encode')}q\x02${times(100, '0h\x02h\x01\x85R')}`;
}
