import { expect, it } from 'vitest';
import { publishedWeights } from '../pretrained/published-weights.js';
import { parseHubName } from './hub-name.js';
import { hubWeights } from './hub-weights.js';
import { isHubName } from './is-hub-name.js';

it.each([
  ['hf:timm/resnet50.a1_in1k', true],
  ['torchvision:resnet50', true],
  ['Keras:ResNet50V2', true],
  ['timm:resnet18.a1_in1k', true],
  ['C:\\weights\\resnet50.pth', false],
  ['C:resnet50.pth', false],
  ['https://huggingface.co/timm/resnet50.a1_in1k', false],
  ['synthetic:signs', false],
  ['runs/hf', false],
  ['', false],
])('isHubName(%j) is %s', (text, expected) => {
  expect(isHubName(text)).toBe(expected);
});

it.each([
  ['hf:microsoft/resnet-50', { repo: 'microsoft/resnet-50', revision: 'main', file: null, published: null }],
  ['hf:timm/resnet50.a1_in1k', { published: 'resnet50.a1_in1k' }],
  ['hf:timm/resnet50.a1_in1k@v1.0', { revision: 'v1.0', text: 'hf:timm/resnet50.a1_in1k@v1.0' }],
  ['hf:a/b@refs%2Fpr%2F1/sub/model.bin', { revision: 'refs/pr/1', file: 'sub/model.bin' }],
  ['hf:a/b/model.bin', { revision: 'main', file: 'model.bin', text: 'hf:a/b/model.bin' }],
  ['timm:resnet50.a1_in1k', { repo: 'timm/resnet50.a1_in1k', text: 'hf:timm/resnet50.a1_in1k' }],
  ['torchvision:resnet50', { published: 'resnet50.IMAGENET1K_V2' }],
  ['torchvision:resnet50@DEFAULT', { text: 'torchvision:resnet50@IMAGENET1K_V2' }],
  ['torchvision:resnet50@IMAGENET1K_V1', { published: 'resnet50.IMAGENET1K_V1' }],
  ['torchvision:resnet18', { published: 'resnet18.IMAGENET1K_V1' }],
  ['keras:ResNet50V2', { published: 'keras/resnet50v2.imagenet', text: 'keras:ResNet50V2' }],
  ['keras:resnet152', { text: 'keras:ResNet152' }],
])('parses %s', (text, expected) => {
  expect(parseHubName(text)).toMatchObject(expected);
});

it.each([
  ['torchvision:resnet5O', 'unknown-name', 'Did you mean torchvision:resnet50@IMAGENET1K_V'],
  ['torchvision:resnet50@IMAGENET1K_V3', 'unknown-name', 'torchvision:resnet50@IMAGENET1K_V2'],
  ['timm:resnet50.a1_in1', 'unknown-name', 'Did you mean timm:resnet50.a1_in1k'],
  ['keras:ResNet50V3', 'unknown-name', 'keras:ResNet50V2'],
  ['torchvision:convnext_tiny', 'unknown-name', 'torchvision has no weights "convnext_tiny"'],
  ['hf:resnet50', 'bad-option', 'hf:OWNER/REPO'],
  ['hf:', 'bad-option', 'hf:OWNER/REPO'],
  ['hf:../x', 'bad-option', 'hf:OWNER/REPO'],
  ['hf:a/b@../../c', 'bad-option', 'hf:OWNER/REPO'],
  ['hf:a/b@..%2F..', 'bad-option', 'hf:OWNER/REPO'],
  ['hf:a/b@%E0', 'bad-option', 'hf:OWNER/REPO'],
  ['hf:a/b/../../c', 'bad-option', 'hf:OWNER/REPO'],
  ['hf:a/b/c//d', 'bad-option', 'hf:OWNER/REPO'],
  ['hf:a/b?x=1', 'bad-option', 'hf:OWNER/REPO'],
  ['hub:a/b', 'bad-option', 'hf:OWNER/REPO'],
])('refuses %s', (text, code, message) => {
  const problem = (() => {
    try {
      return parseHubName(text);
    } catch (error) {
      return error;
    }
  })();
  expect(problem).toMatchObject({ code, message: expect.stringContaining(message) });
});

it('lists every row of the table, by names that lead back to it', () => {
  const rows = hubWeights();
  expect(rows.length).toBe(Object.keys(publishedWeights).length);
  for (const { name, published, bytes, accuracy, network, isDefault } of rows) {
    expect(parseHubName(name), name).toMatchObject({ published, text: name });
    if (isDefault && name.startsWith('torchvision:'))
      expect(parseHubName(`torchvision:${network}`).text).toBe(name);
    // Four bytes a value; resnet18's file is the smallest, wide_resnet101_2's the largest.
    expect(bytes > 4 * 11_689_512 && bytes < 4.1 * 127_000_000, name).toBe(true);
    expect(accuracy.top1 > 65 && accuracy.top1 < accuracy.top5 && accuracy.top5 < 98, name).toBe(true);
    expect(accuracy.side, name).toBe(publishedWeights[published].side);
    const figure = publishedWeights[published].accuracy;
    if (figure) expect([accuracy.top1, accuracy.top5]).toEqual(figure);
  }
});
