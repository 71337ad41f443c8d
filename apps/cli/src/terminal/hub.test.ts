import { hubWeights } from '@resnetjs/weights';
import { expect, it } from 'vitest';
import { formatHub, type ListedWeights } from './hub.js';

const cached = { bytes: 12_300_000, files: [] };
const commit = '0123456789abcdef0123456789abcdef01234567';
const list: readonly ListedWeights[] = [
  ...hubWeights()
    .filter(({ network }) => network === 'resnet18')
    .map((row) => ({ name: row.name, row, cached: null })),
  { name: `hf:me/mine@${commit}`, row: null, cached: { ...cached, name: 'hf:me/mine', isPartial: false } },
  { name: `hf:me/half@${commit}`, row: null, cached: { ...cached, name: 'hf:me/half', isPartial: true } },
];

it.each([
  [140, 'resnet18 size top-1 top-5 image licence cache'],
  [80, 'resnet18 size top-1 cache'],
  [74, 'resnet18 top-1 cache'],
  [50, 'resnet18 top-1'],
])('a terminal of %d columns has the columns that fit', (columns, first) => {
  const lines = formatHub(list, { columns }).split('\n');
  expect(lines[0]?.replace(/ +/g, ' ').trim()).toBe(first);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(lines.filter((line) => line.startsWith('  '))).toHaveLength(list.length);
});

it('says what is published, and what is in the cache', () => {
  const text = formatHub(list, { columns: 140 });
  expect(text).toMatch(/^ {2}torchvision:resnet18@IMAGENET1K_V1 +46\.8 MB {2}69\.8% {2}89\.1% {2}224×224$/m);
  expect(text).toMatch(/^ {2}hf:timm\/resnet18\.fb_ssl_yfcc100m_ft_in1k .* cc-by-nc-4\.0$/m);
  expect(text).toMatch(/^others\n {2}hf:me\/mine@0123456789ab… +12\.3 MB +yes\n.* in part, 12\.3 MB$/m);
});
