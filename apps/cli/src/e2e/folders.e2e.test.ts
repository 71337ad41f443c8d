// How folders of images are read: what people give a training, and what it says about them.
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { residentIn } from './e2e.test-support.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-folders-'));
const { line, end } = residentIn(folder);
const tiny =
  'train --network preact/resnet --blocks 1 --image-size 8 --batch-size 4 --epochs 1 --backend wasm';
const firstLine = ({ stdout }: { stdout: string }) => JSON.parse(stdout.split('\n')[0] as string);

/** Plain images, each of another colour, unless `colour` says which. */
let colours = 0;
async function put(paths: string, colour?: number): Promise<void> {
  for (const path of paths.split(' ')) {
    const value = colour ?? ++colours;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    const background = {
      r: 5 * (value % 50),
      g: 5 * Math.floor(value / 50),
      b: path.includes('red') ? 0 : 200,
    };
    const image = sharp({ create: { width: 12, height: 9, channels: 3, background } });
    writeFileSync(join(folder, path), await image.png().toBuffer());
  }
}

beforeAll(async () => {
  await put('split/train/red/1.png split/train/red/s/2.png split/train/blue/3.png split/train/blue/4.png');
  await put('split/Val/red/5.png split/test/blue/6.png split/test/blue/7.png');
  await put('odd/red/1.png odd/red/session2/2 odd/blue/3.jfif odd/blue/4.png odd/5.png');
  writeFileSync(join(folder, 'odd/red/a.gif'), 'GIF89a');
  writeFileSync(join(folder, 'odd/red/b.gif'), 'GIF89a');
  writeFileSync(join(folder, 'odd/.DS_Store'), '');
  await put('elsewhere/6.png');
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'odd/green'));
  symlinkSync('nowhere', join(folder, 'odd/red/c.png'));
  symlinkSync('..', join(folder, 'odd/red/round'));
  await put('same/red/1.png same/red/2.png same/blue/3.png same/blue/4.png');
  cpSync(join(folder, 'same/red/1.png'), join(folder, 'same/red/9.png'));
  cpSync(join(folder, 'same/red/1.png'), join(folder, 'same/blue/9.png'));
  cpSync(join(folder, 'same'), join(folder, 'same-again'), { recursive: true });
});
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true });
});

describe('a folder', () => {
  it('with train, val and test is its own split, and evaluated on its test images', async () => {
    const trained = await line(`${tiny} --data split --out runs/text --json`);
    expect(trained.code).toBe(0);
    expect(firstLine(trained)).toMatchObject({
      classes: ['blue', 'red'],
      images: 4,
      validationImages: 1,
      split: { training: 'train', validation: 'Val', unused: ['test'] },
      leftOut: [],
    });
    expect(trained.stderr).toMatch(/^training {4}the folder split\/train: 4 images of 2 classes/m);
    expect(trained.stderr).toMatch(/^validation {2}the folder split\/Val: 1 images/m);
    expect(trained.stderr).toMatch(/^not used {4}split\/test: evaluate the model on it$/m);
    expect(trained.stderr).toMatch(/evaluate runs\/text --data split$/m);
    const evaluated = await line('evaluate runs/text --data split');
    expect(evaluated.stdout).toMatch(/^the folder split\/test: 2 images/);
    expect(evaluated.code).toBe(0);
  });

  it.each(['--validation-split 0.5', '--validation split/test'])(
    'with a split of its own takes no other: %s',
    async (option) => {
      const { code, stderr } = await line(`${tiny} --data split --out runs/two ${option}`);
      expect(stderr).toContain(`Leave ${option.split(' ')[0]} out, or use train alone: --data split/train`);
      expect(code).toBe(2);
    },
  );

  it('is read by content and through links, and what is left out is counted', async () => {
    const trained = await line(`${tiny} --data odd --out runs/odd --json`);
    const start = firstLine(trained);
    expect(start).toMatchObject({ classes: ['blue', 'green', 'red'], images: 5, split: null });
    expect(start.leftOut).toEqual(
      expect.arrayContaining([
        { kind: '.gif', files: 2, example: expect.stringMatching(/^red\/[ab]\.gif$/) },
        { kind: 'hidden', files: 1, example: '.DS_Store' },
        { kind: 'broken link', files: 1, example: 'red/c.png' },
        { kind: 'link to a folder that is read already', files: 1, example: 'red/round' },
        { kind: 'image without a class folder', files: 1, example: '5.png' },
      ]),
    );
    expect(start.leftOut).toHaveLength(5);
    expect(trained.stderr).toMatch(/^left out {4}6 files: 2 \.gif \(red\/..gif …\), /m);
    // A test folder may lack classes.
    await put('some/red/1.png');
    const { code, stdout } = await line('evaluate runs/odd --data some --json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      part: { part: 'all', folder: '', images: 1 },
      images: 1,
      perClass: [{ images: 0 }, { images: 0 }, { images: 1 }],
    });
    await put('some/pink/1.png');
    expect((await line('evaluate runs/odd --data some')).stderr).toMatch(/the model doesn't know pink\.$/m);
  });

  it('with images of equal content is reported', async () => {
    const trained = await line(`${tiny} --data same --validation same-again --out runs/same --json`);
    expect(firstLine(trained).duplicates).toEqual({
      acrossSplit: { images: 6, example: ['blue/3.png', 'blue/3.png'] },
      acrossClasses: { images: 2, example: ['blue/9.png', 'red/1.png'] },
      withinClass: { images: 0, example: null },
    });
    expect(trained.stderr).toMatch(/^duplicates {2}6 validation images are in training as well/m);
    expect(trained.stderr).toMatch(
      /^duplicates {2}2 training images are in another class as well: red\/1\.png equals/m,
    );
  });
});

describe('a training resumes', () => {
  const resume = (images: string) => line(`train --resume runs/begun --data ${images} --epochs 2`);
  const files = ['red/1.png', 'red/2.png', 'blue/3.png', 'blue/4.png']
    .map((path) => `begun/${path}`)
    .join(' ');

  it('with the images that it began with alone, and says what differs', async () => {
    await put(files);
    expect(await line(`${tiny} --data begun --out runs/begun`)).toMatchObject({ code: 0 });
    for (const name of ['content', 'renamed', 'swapped', 'moved'])
      cpSync(join(folder, 'begun'), join(folder, name), { recursive: true });
    await put('content/red/2.png');
    renameSync(join(folder, 'renamed/red/1.png'), join(folder, 'renamed/red/9.png'));
    for (const [from, to] of ['red x', 'blue red', 'x blue'].map(
      (each) => each.split(' ') as [string, string],
    ))
      renameSync(join(folder, 'swapped', from), join(folder, 'swapped', to));
    const [content, renamed, swapped] = [
      await resume('content'),
      await resume('renamed'),
      await resume('swapped'),
    ];
    expect(content.stderr).toMatch(
      /training images are not those .*: some have other content, or are in another class/,
    );
    expect(renamed.stderr).toMatch(/they are the same, but in another order, as after files were renamed/);
    expect(swapped.stderr).toMatch(/some have other content, or are in another class/);
    expect([content.code, renamed.code, swapped.code]).toEqual([1, 1, 1]);
    expect(await resume('moved')).toMatchObject({ code: 0 });
  });
});
