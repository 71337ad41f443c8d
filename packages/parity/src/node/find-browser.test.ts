import { describe, expect, it } from 'vitest';
import { browserFlags, needsNoSandbox } from './browser-flags.js';
import { findBrowser, type Machine } from './find-browser.js';

function machine(
  platform: string,
  files: readonly string[],
  environment: Machine['environment'] = {},
): Machine {
  const below = (folder: string) => (path: string) => {
    const rest = path.slice(folder.length + 1).split(/[/\\]/)[0];
    return path.startsWith(folder) && rest ? [rest] : [];
  };
  return {
    platform,
    environment,
    home: platform === 'win32' ? 'C:\\Users\\ada' : '/home/ada',
    isFile: (path) => files.includes(path),
    list: (folder) => [...new Set(files.flatMap(below(folder)))],
  };
}

describe('findBrowser', () => {
  const windows = { ProgramFiles: 'C:\\Program Files', LOCALAPPDATA: 'C:\\Users\\ada\\AppData\\Local' };
  it.each([
    ['linux', '/usr/bin/chromium', {}, 'Chromium'],
    ['linux', '/home/ada/bin/google-chrome', { PATH: '/home/ada/bin:relative' }, 'Chrome'],
    ['linux', '/opt/microsoft/msedge/microsoft-edge', {}, 'Edge'],
    ['linux', '/home/ada/.cache/ms-playwright/chromium-1200/chrome-linux64/chrome', {}, 'Chromium'],
    ['linux', '/c/chromium-1200/chrome-linux/chrome', { PLAYWRIGHT_BROWSERS_PATH: '/c' }, 'Chromium'],
    ['darwin', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', {}, 'Chrome'],
    ['darwin', '/home/ada/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge', {}, 'Edge'],
    ['win32', 'C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe', windows, 'Edge'],
    ['win32', 'C:\\Users\\ada\\AppData\\Local\\Chromium\\Application\\chrome.exe', windows, 'Chromium'],
    [
      'win32',
      'C:\\Users\\ada\\AppData\\Local\\ms-playwright\\chromium-9\\chrome-win64\\chrome.exe',
      windows,
      'Chromium',
    ],
  ])('on %s finds %s', (platform, path, environment, name) => {
    expect(findBrowser(undefined, machine(platform, [path], environment))).toEqual({
      found: true,
      name,
      path,
    });
  });

  it('prefers an installed browser to a download, and the newest download to older ones', () => {
    const downloads = ['chromium-900', 'chromium-1200', 'chromium_headless_shell-1300'].map(
      (folder) => `/home/ada/.cache/ms-playwright/${folder}/chrome-linux/chrome`,
    );
    expect(findBrowser(undefined, machine('linux', downloads))).toMatchObject({ path: downloads[1] });
    const installed = '/snap/bin/chromium';
    expect(findBrowser(undefined, machine('linux', [...downloads, installed]))).toMatchObject({
      path: installed,
    });
  });

  it('takes the given path, then the one in the environment', () => {
    const files = ['/usr/bin/chromium', '/mine', '/other'];
    const here = machine('linux', files, { RESNETJS_BROWSER: '/other' });
    expect(findBrowser('/mine', here)).toEqual({ found: true, name: 'as given', path: '/mine' });
    expect(findBrowser(undefined, here)).toEqual({ found: true, name: 'as given', path: '/other' });
  });

  it('says what to do if there is none, and replaces no given path by another browser', () => {
    const none = findBrowser(undefined, machine('linux', []));
    expect(none).toMatchObject({ found: false, reason: expect.stringContaining('RESNETJS_BROWSER') });
    const given = findBrowser('/mine', machine('linux', ['/usr/bin/chromium']));
    expect(given).toMatchObject({ found: false, reason: expect.stringContaining('There is no file /mine') });
  });
});

it('does not search the current folder if the user has no home', () => {
  const path = '.cache/ms-playwright/chromium-1/chrome-linux/chrome';
  expect(findBrowser(undefined, { ...machine('linux', [path]), home: '' })).toMatchObject({ found: false });
});

describe('browserFlags', () => {
  it('renders in software by default, without the sandbox only as root', () => {
    expect(browserFlags()).toContain('--use-angle=swiftshader');
    expect(browserFlags({ gpu: true }).join()).not.toContain('swiftshader');
    expect(browserFlags({ webgpu: true })).toContain('--use-webgpu-adapter=swiftshader');
    expect(browserFlags().includes('--no-sandbox')).toBe(needsNoSandbox);
    expect(browserFlags({ profile: '/tmp/new' })).toContain('--user-data-dir=/tmp/new');
  });
});
