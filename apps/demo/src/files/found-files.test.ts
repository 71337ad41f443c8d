import { describe, expect, it } from 'vitest';
import { findChosen, findDropped } from './found-files.js';

/** As browsers give them: at most a hundred entries at a time. */
function entry(name: string, content: readonly unknown[] | string | null): unknown {
  if (content === null || typeof content === 'string') {
    const file = (resolve: (file: File) => void, reject: (error: Error) => void) =>
      content === null ? reject(new Error('NotFoundError')) : resolve(new File([content], name));
    return { name, isFile: true, file };
  }
  const createReader = () => {
    let at = 0;
    return {
      readEntries(resolve: (entries: readonly unknown[]) => void) {
        const some = content.slice(at, at + 100);
        at += some.length;
        resolve(some);
      },
    };
  };
  return { name, isFile: false, createReader };
}
const dropped = async (...entries: unknown[]) => {
  const items = entries.map((each) => ({ webkitGetAsEntry: () => each, getAsFile: () => null }));
  const found = await findDropped(items as unknown as DataTransferItemList);
  return found.map(({ path, kind }) => `${path}: ${kind}`);
};

describe('what was dropped', () => {
  it('is found whole, with what it is', async () => {
    const png = '\u0089PNG';
    const images = Array.from({ length: 250 }, (_, i) => entry(`${i}.png`, png));
    const found = await dropped(
      entry('red', [
        ...images,
        entry('session2', [entry('deep', [entry('x.jpg', '')])]),
        entry('gone.png', null),
      ]),
      entry('blue', [entry('a.gif', 'GIF89a'), entry('.DS_Store', ''), entry('old', [])]),
    );
    expect(found).toHaveLength(255);
    expect(found.slice(249)).toEqual([
      'red/249.png: image',
      'red/session2/deep/x.jpg: image',
      'red/gone.png: unreadable',
      'blue/a.gif: .gif',
      'blue/.DS_Store: hidden',
      'blue/old/: empty folder',
    ]);
  });

  it('is found as what was chosen is', async () => {
    const files = ['own/red/.a/x.png', 'own/red/y', 'own/blue/s/z.webp'].map((path) => {
      const file = new File([Uint8Array.of(0xff, 0xd8, 0xff)], path.split('/').at(-1) as string);
      return Object.defineProperty(file, 'webkitRelativePath', { value: path });
    });
    const found = await findChosen(files as unknown as FileList);
    expect(found.map(({ path, kind }) => `${path}: ${kind}`)).toEqual([
      'own/red/.a/x.png: hidden',
      'own/red/y: image',
      'own/blue/s/z.webp: image',
    ]);
  });
});
