import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../engine/engine.js';
import type { LabelledFile } from '../../worker/protocol.js';
import { addFolders, decodeOwn, findings, missing, ownClasses } from './own-images.js';

const found = (paths: string, lastModified = 1) =>
  paths.split(' ').map((path) => ({
    path,
    kind: path.endsWith('.png') ? 'image' : 'hidden',
    file: new File([path.split('/').at(-1) as string], path.split('/').at(-1) as string, { lastModified }),
  }));
const counts = () => ownClasses.value.map(({ name, files, unseen }) => [name, files.length, unseen.length]);

beforeEach(() => {
  ownClasses.value = [];
  findings.value = [];
});

describe('folders of images', () => {
  it('are not added twice', () => {
    const own = 'own/red/1.png own/red/s/1.png own/blue/2.png';
    addFolders(found(own), 'own');
    expect(findings.value).toEqual([]);
    addFolders(found(own), 'own');
    expect(findings.value).toEqual(['3 pictures were there already, and will not be added again.']);
    addFolders(found('red/1.png red/new.png'), 'red');
    expect(counts()).toEqual([
      ['blue', 1, 0],
      ['red', 3, 0],
    ]);
  });

  it('that are split give images to learn from, and images to check with', () => {
    addFolders(
      found('own/train/red/1.png own/train/blue/2.png own/valid/red/3.png own/test/red/4.png own/.x'),
      'own',
    );
    expect(counts()).toEqual([
      ['blue', 1, 0],
      ['red', 1, 1],
    ]);
    expect(findings.value).toEqual([
      'The network learns from “train”.',
      'The network is checked on “valid”.',
      '“test” is not used.',
      'Left out: 1 file: 1 hidden (.x).',
    ]);
    expect(missing.value).toContain('at least 5');
  });

  it('that are the parts of a split may be given one after the other', () => {
    addFolders(found('train/red/1.png train/blue/2.png'), 'train');
    addFolders(found('Test/red/3.png Test/blue/4.png'), 'Test');
    expect(counts()).toEqual([
      ['blue', 1, 1],
      ['red', 1, 1],
    ]);
    expect(findings.value).toEqual(['The network is checked on “Test”.']);
    addFolders(found('test/1.png test/2.png'), 'test'); // a class of that name
    expect(counts().at(-1)).toEqual(['test', 2, 0]);
  });

  it('reach the worker in the order in which the command line reads them', async () => {
    addFolders(found('own/red/b.png own/red/a.png own/Zed/1.png own/\u00e9/1.png'), 'own');
    addFolders(found('Apple/1.png'), 'Apple');
    let sent: { classes: readonly string[]; files: readonly LabelledFile[] } | undefined;
    const request = async (_: string, params: typeof sent) => {
      sent = params;
      return { classes: [], count: 0, problems: [], duplicates: null };
    };
    await decodeOwn({ request } as unknown as Engine, { size: 8, forModel: false });
    expect(sent?.classes).toEqual(['Apple', 'Zed', 'red', 'é']);
    expect(sent?.files.map(({ name, label }) => `${name} ${label}`)).toEqual([
      'Apple/1.png 0',
      'Zed/1.png 1',
      'red/a.png 2',
      'red/b.png 2',
      'é/1.png 3',
    ]);
  });
});
