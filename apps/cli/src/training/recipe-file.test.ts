import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRecipe } from '@resnetjs/recipe';
import { afterAll, describe, expect, it } from 'vitest';
import { trainCommand } from '../commands/train.js';
import { readRecipeFile } from './recipe-file.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-recipe-'));
afterAll(() => rmSync(folder, { recursive: true }));

const whole = {
  format: 1,
  recipe: createRecipe({ epochs: 3, labelSmoothing: 0.1 }),
  options: { network: 'preact/resnet', blocks: 1, imageSize: 16, validationSplit: 0.25, backend: 'cpu' },
  data: { source: 'folder', images: 48, validationImages: 16, classes: 6 },
};

/** Reads a file with this content beside these options. */
function read(content: unknown, text = '') {
  const path = join(folder, 'recipe.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  const command = trainCommand().exitOverride();
  command.action(() => {}).parse(text.split(' ').filter(Boolean), { from: 'user' });
  return readRecipeFile(folder, command);
}

describe('a recipe from a file', () => {
  it('brings its options', async () => {
    const { recipe, options, changed } = await read(whole, '--data x');
    expect(recipe).toEqual(whole.recipe);
    expect(options).toMatchObject({ ...whole.options, data: 'x', keep: 2 });
    expect(changed).toEqual([]);
  });

  it('is changed by options, which are named if they differ', async () => {
    const { options, changed } = await read(
      whole,
      '--epochs 4 --label-smoothing 0.1 --blocks 2 --backend cpu',
    );
    expect(options).toMatchObject({ blocks: 2, epochs: 4, backend: 'cpu', network: 'preact/resnet' });
    expect([...changed].sort()).toEqual(['--blocks', '--epochs']);
  });

  it('takes options that make sense together alone', async () => {
    const changed = async (text: string) => [...(await read(whole, text)).changed].sort();
    expect(await changed('--schedule step --milestones 1,2')).toEqual(['--milestones', '--schedule']);
    expect(await changed('--optimizer sgd --momentum 0.8')).toEqual(['--momentum', '--optimizer']);
    expect(await changed('--epochs 20 --warmup 5')).toEqual(['--epochs', '--warmup']);
    await expect(changed('--momentum 0.8')).rejects.toThrow('--momentum is for --optimizer sgd');
  });

  it('says which options win that it has nothing of', async () => {
    const { changed } = await read(whole, '--freeze body --channels 1 --dropout 0.3 --cache 2GB');
    expect([...changed].sort()).toEqual(['--channels', '--dropout', '--freeze']);
  });

  it('keeps the name of weights on a hub, and no number of drawn images for others', async () => {
    const from = { ...whole, options: { from: 'torchvision:resnet18', images: 200 } };
    expect(await read(from, '--data x --from torchvision:resnet18')).toMatchObject({ changed: [] });
    expect((await read(from, '--data x')).options).not.toHaveProperty('images');
    expect((await read(from, '--data synthetic:signs')).options).toHaveProperty('images', 200);
  });

  it('keeps no options of a network that is replaced, and no split beside validation images', async () => {
    const { options } = await read(whole, '--network cifar/resnet20 --validation y');
    expect(options).toMatchObject({ network: 'cifar/resnet20', imageSize: 16, validation: 'y' });
    expect(options).not.toHaveProperty('blocks');
    expect(options).not.toHaveProperty('validationSplit');
  });

  const { network: _, ...others } = whole.options;
  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /recipe\.json is not a recipe that can be used: .*JSON/],
    ['another JSON', '[]', /is not a recipe that can be used/],
    ['null', 'null', /is not a recipe that can be used/],
    ['a newer one', { ...whole, format: 2 }, /it has format version 2, and was written by a newer resnet/],
    ['an unknown key', { ...whole, more: 1 }, /Unrecognized key: "more"/],
    [
      'a wrong recipe',
      { ...whole, recipe: { ...whole.recipe, epochs: 0 } },
      /recipe\.epochs must be a whole/,
    ],
    ['an unknown option', { ...whole, options: { nework: 'x', ...others } }, /an option "nework"/],
    ['an option of the recipe', { ...whole, options: { epochs: 3 } }, /an option "epochs"/],
    ['a path to write to', { ...whole, options: { ...whole.options, out: '/etc' } }, /an option "out"/],
    ['a wrong value', { ...whole, options: { ...whole.options, blocks: 'many' } }, /must be a whole number/],
    ['a flag with a value', { ...whole, options: { ...whole.options, plain: 'no' } }, /--plain can't be no/],
    ['a value that is none', { ...whole, options: { ...whole.options, network: true } }, /can't be true/],
    ['no network', { ...whole, options: others }, /it says neither a network nor the weights to start from/],
    ['a prototype', JSON.stringify(whole).replace('{', '{"__proto__":{"x":1},'), /Unrecognized key/],
    ['too much', ' '.repeat(2 ** 20 + 1), /it has 1048577 bytes/],
  ])('refuses %s', async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  it('is missing in words', async () => {
    await expect(readRecipeFile(join(folder, 'none.json'), trainCommand())).rejects.toThrow(/none\.json/);
  });
});
