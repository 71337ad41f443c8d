import type { HubProgress } from '@resnetjs/weights';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DownloadView, isNonCommercial } from './download-view.js';

const name = 'hf:timm/resnet18.fb_ssl_yfcc100m_ft_in1k';
const file = {
  name,
  file: 'model.safetensors',
  url: 'https://hub.example/model.safetensors',
  of: 46_800_000,
};

let printed: string;
beforeEach(() => {
  printed = '';
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** What is printed, in a pipe, of states that come a few seconds after each other. */
function shown(...states: readonly Partial<HubProgress>[]): DownloadView {
  const view = new DownloadView();
  for (const state of states) {
    view.show({ ...file, state: 'downloading', bytes: 0, ...state });
    vi.advanceTimersByTime(6000);
  }
  view.end();
  return view;
}

it('says what comes, from where, and that it may not be used commercially; then how far it is', () => {
  const view = shown(
    { file: 'config.json', of: 500 },
    { state: 'asking' },
    { bytes: 0 },
    { bytes: 11_700_000 },
    { bytes: 23_400_000 },
    { state: 'checking', bytes: 46_800_000 },
    { state: 'done', bytes: 46_800_000 },
  );
  expect(printed.split('\n')).toEqual([
    `downloading  ${name}, 46.8 MB, from https://hub.example/model.safetensors`,
    'licence      cc-by-nc-4.0: not for commercial use',
    'downloading  0/47 MB',
    'downloading  12/47 MB  1.9 MB/s  18 s left',
    'downloading  23/47 MB  1.9 MB/s  12 s left',
    'checking  47/47 MB',
    '',
  ]);
  expect(view.kept).toBeNull();
});

it('says what was there before, what breaks off, and that another process is at it', () => {
  const free = { name: 'torchvision:resnet18@IMAGENET1K_V1', file: 'resnet18-f37072fd.pth' };
  const view = shown(
    { ...free, state: 'waiting' },
    { ...free, bytes: 5_000_000 },
    { ...free, state: 'retrying', bytes: 7_000_000, reason: 'It ended.', waitMilliseconds: 2000 },
  );
  expect(printed).toMatch(/^waiting {6}for another process/);
  expect(printed).toMatch(/^resuming {5}torchvision:resnet18@IMAGENET1K_V1, 5\.0 of 46\.8 MB, from https/m);
  expect(printed).toMatch(/^interrupted {2}It ended\. Next attempt in 2 s\.$/m);
  expect(printed).not.toContain('licence');
  expect(view.kept).toBe('7.0 of 46.8 MB');
});

it.each([
  ['cc-by-nc-4.0', true],
  ['cc-by-nc', true],
  ['apache-2.0', false],
  ['bsd-3-clause', false],
])('%s: not for commercial use: %s', (license, expected) => {
  expect(isNonCommercial(license)).toBe(expected);
});
