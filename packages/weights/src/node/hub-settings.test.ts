import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hubFolder, hubSettings } from './hub-settings.js';

const folder = mkdtempSync(join(tmpdir(), 'resnet-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('keeps weights where the system has its caches', () => {
  const home = (...parts: string[]) => join(homedir(), ...parts);
  expect(hubFolder({}, 'linux')).toBe(home('.cache', 'resnetjs'));
  expect(hubFolder({ XDG_CACHE_HOME: '/caches' }, 'linux')).toBe(join('/caches', 'resnetjs'));
  expect(hubFolder({ XDG_CACHE_HOME: '/caches' }, 'darwin')).toBe(home('Library', 'Caches', 'resnetjs'));
  expect(hubFolder({ LOCALAPPDATA: 'C:\\Local' }, 'win32')).toBe(join('C:\\Local', 'resnetjs', 'Cache'));
  expect(hubFolder({}, 'win32')).toBe(home('AppData', 'Local', 'resnetjs', 'Cache'));
  expect(hubFolder({ RESNETJS_CACHE: '/mine', XDG_CACHE_HOME: '/caches' }, 'linux')).toBe('/mine');
});

describe('the environment', () => {
  const none = { HF_HOME: folder };

  it('says what options leave open', async () => {
    expect(await hubSettings({}, none)).toEqual({ offline: false, token: null });
    const environment = {
      ...{ ...none, HF_HUB_OFFLINE: 'yes', HF_TOKEN: ' a ', HF_ENDPOINT: 'https://hf.example' },
      RESNETJS_MIRROR: 'https://mirror.example/x',
    };
    expect(await hubSettings({}, environment)).toEqual({
      ...{ offline: true, token: 'a', endpoint: 'https://hf.example', mirror: 'https://mirror.example/x' },
    });
    const options = {
      offline: false,
      token: null,
      endpoint: 'http://127.0.0.1:1',
      mirror: 'http://127.0.0.1:2',
    };
    expect(await hubSettings(options, environment)).toEqual(options);
    expect(await hubSettings({}, { ...none, RESNETJS_OFFLINE: '1' })).toMatchObject({ offline: true });
    expect(await hubSettings({}, { ...none, RESNETJS_OFFLINE: '0' })).toMatchObject({ offline: false });
  });

  it('has the token in a file, too', async () => {
    writeFileSync(join(folder, 'other'), 'b\n');
    expect(await hubSettings({}, { ...none, HF_TOKEN_PATH: join(folder, 'other') })).toMatchObject({
      token: 'b',
    });
    writeFileSync(join(folder, 'token'), 'c');
    expect(await hubSettings({}, none)).toMatchObject({ token: 'c' });
  });

  it('is held to addresses', async () => {
    for (const HF_ENDPOINT of ['hf.example', 'file:///etc', 'https://me:secret@hf.example']) {
      await expect(hubSettings({}, { ...none, HF_ENDPOINT })).rejects.toMatchObject({ code: 'bad-option' });
    }
  });
});
