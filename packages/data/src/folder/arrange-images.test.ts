import { describe, expect, it } from 'vitest';
import { arrangeImages, choosePart } from './arrange-images.js';
import { fileKind } from './file-kind.js';

const kindOf = (path: string) => {
  if (path.endsWith('/')) return 'empty folder';
  return path.endsWith('.png') ? 'image' : `.${path.split('.').pop()}`;
};
const files = (text: string) =>
  text
    .split(/\s+/)
    .filter((path) => path !== '')
    .map((path) => ({ path, kind: kindOf(path) }));
/** `part folder: path=class …` of each part. */
function arranged(text: string) {
  const { classes, parts, leftOut } = arrangeImages(files(text), 'data');
  return {
    classes,
    parts: parts.map(({ part, folder, files: images, labels }) =>
      [part, folder, ...images.map(({ path }, i) => `${path}=${classes[labels[i] as number]}`)].join(' '),
    ),
    leftOut: leftOut.map(({ kind, files: count, example }) => `${count} ${kind} (${example})`),
  };
}

describe('arrangeImages', () => {
  it('takes the first folder as the class, however deep an image is', () => {
    expect(
      arranged('red/session2/x.png red/session1/x.png red/a.png blue/session2/deep/y.png top.png'),
    ).toEqual({
      classes: ['blue', 'red'],
      parts: [
        'all  blue/session2/deep/y.png=blue red/a.png=red red/session1/x.png=red red/session2/x.png=red',
      ],
      leftOut: ['1 image without a class folder (top.png)'],
    });
  });

  it.each(['test', 'Testing', 'val', 'VALID', 'validation'])('recognizes train and %s', (held) => {
    const { classes, parts } = arranged(`Train/b/1.png Train/a/2.png ${held}/b/s/3.png`);
    expect(classes).toEqual(['a', 'b']);
    const part = /^te/i.test(held) ? 'test' : 'validation';
    expect(parts).toEqual([
      'train Train Train/a/2.png=a Train/b/1.png=b',
      `${part} ${held} ${held}/b/s/3.png=b`,
    ]);
  });

  it('recognizes three parts, and counts what stands beside them', () => {
    const { parts, leftOut } = arranged(
      'train/a/1.png train/b/1.png val/a/1.png test/b/1.png more/a/1.png x.png train/x.png labels/a.csv',
    );
    expect(parts.map((part) => part.split(' ')[0])).toEqual(['train', 'validation', 'test']);
    expect(leftOut).toEqual([
      '2 image without a class folder (train/x.png)',
      '1 .csv (labels/a.csv)',
      '1 image in another folder than those of the split (more/a/1.png)',
    ]);
  });

  it('takes vehicles for classes', () => {
    expect(arranged('train/1.png bus/2.png car/3.png').classes).toEqual(['bus', 'car', 'train']);
    expect(arranged('train/steam/1.png train/diesel/1.png bus/city/2.png').classes).toEqual(['bus', 'train']);
  });

  it('leaves test images without classes out, and does not train on them', () => {
    const { parts, leftOut } = arranged('train/a/1.png train/b/1.png test/1.png test/2.png');
    expect(parts).toEqual(['train train train/a/1.png=a train/b/1.png=b']);
    expect(leftOut).toEqual(['2 image without a class folder (test/1.png)']);
  });

  it('gives the other held-out part where one is missing', () => {
    const part = (text: string, wanted: 'train' | 'validation' | 'test') =>
      choosePart(arrangeImages(files(text), 'data').parts, wanted)?.folder;
    const both = 'train/a/1.png train/b/1.png test/a/1.png val/a/1.png';
    expect([part(both, 'train'), part(both, 'validation'), part(both, 'test')]).toEqual([
      'train',
      'val',
      'test',
    ]);
    expect(part('train/a/1.png val/a/1.png', 'test')).toBe('val');
    expect(part('val/a/1.png test/a/1.png', 'train')).toBeUndefined();
    expect(part('a/1.png b/1.png', 'test')).toBe('');
  });

  it('orders classes by code points, in composed form', () => {
    const names = ['😀', '\uff21', 'e\u0301', 'Z', 'a'];
    expect(arranged(names.map((name) => `${name}/1.png`).join(' ')).classes).toEqual([
      'Z',
      'a',
      'é',
      '\uff21',
      '😀',
    ]);
  });

  it.each([
    ['', /it has no folders of images in it. Expected a folder with one subfolder/],
    ['a.png b.png', /it has no folders of images/],
    ['a/1.png b/notes.txt', /the folder "b" has no JPEG, PNG or WebP images in it. Add some, or remove it/],
    ['a/1.png b/', /the folder "b" has no/],
    ['train/a/1.png train/b/ test/a/1.png', /the folder "train\/b" has no/],
    [
      'train/a/1.png train/b/1.png test/c/1.png test/a/1.png',
      /its folder "test" has classes that "train" lacks: c\./,
    ],
    [
      'train/1.png train/2.png test/3.png',
      /"train" and "test" look like a split, but "train" has no class folders/,
    ],
    [
      'train/a/1.png train/b/1.png val/a/1.png valid/a/1.png',
      /"val" and "valid" both seem to be its validation images/,
    ],
    ['val/1.png test/2.png', /"val" and "test" look like a split, but "val" has no class folders/],
    ['é/1.png e\u0301/1.png', /two of its folders are called "é", in different Unicode forms/],
    [
      'flowers/a/1.png flowers/b/1.png',
      /only the folder "flowers" in it, which has folders itself. Give that one/,
    ],
  ])('refuses %s', (text, message) => {
    expect(() => arranged(text)).toThrow(message);
  });
});

describe('fileKind', () => {
  const jpeg = async () => Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70, 0, 1);
  const text = async () => new TextEncoder().encode('<svg xmlns=');
  const unread = async () => expect.unreachable();

  it('is by name where that says enough, and otherwise by content', async () => {
    expect(await fileKind('a.JPG', unread)).toBe('image');
    for (const name of ['a.jfif', 'a', 'a.gif']) expect(await fileKind(name, jpeg)).toBe('image');
    expect(await fileKind('.DS_Store', unread)).toBe('hidden');
    expect(await fileKind('a.SVG', text)).toBe('.svg');
    expect(await fileKind('README', text)).toBe('no extension');
    expect(await fileKind('a.', async () => new Uint8Array())).toBe('no extension');
  });
});
