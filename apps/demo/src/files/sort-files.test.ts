import { expect, it } from 'vitest';
import { configsBeside, mainFile, sortFiles } from './sort-files.js';

const given = (paths: string) =>
  paths.split(' ').map((path) => {
    const name = path.split('/').at(-1) as string;
    const kind = /\.(png|jpg)$/.test(name) ? 'image' : name.startsWith('.') ? 'hidden' : '.other';
    return { path, kind, file: new File([], name) };
  });

it.each([
  ['resnet50.onnx resnet50.onnx.data', 'model'],
  ['model.json group1-shard1of2.bin group1-shard2of2.bin', 'model'],
  ['run/model.safetensors run/samples/cat.png', 'model'],
  ['cat.png', 'image'],
  ['.DS_Store cat.png', 'image'],
  ['red/1.png blue/2.png blue/notes.txt', 'classes'],
  ['cat.png dog.png', 'images'],
  ['notes.txt', 'neither'],
  ['config.json', 'neither'],
])('%s: %s', (paths, kind) => {
  expect(sortFiles(given(paths)).kind).toBe(kind);
});

it.each([
  ['config.json resnet18.safetensors', 'resnet18.safetensors', 'config.json'],
  ['hub/pytorch_model.bin hub/model.safetensors hub/config.json', 'hub/model.safetensors', 'hub/config.json'],
  ['run/checkpoints/a.safetensors run/model.safetensors run/log.json', 'run/model.safetensors', ''],
  ['tfjs/group1-shard1of1.bin tfjs/model.json', 'tfjs/model.json', ''],
  ['no-ending', 'no-ending', ''],
])('of %s the model is %s', (paths, main, configs) => {
  const files = given(paths);
  const found = mainFile(files);
  expect(found?.path).toBe(main);
  expect(found && configsBeside(found, files).map(({ path }) => path)).toEqual(configs ? [configs] : []);
});
