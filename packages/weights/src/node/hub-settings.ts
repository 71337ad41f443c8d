import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import type { HubOptions } from '../hub/hub-options.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The user's folder for downloaded weights: `RESNETJS_CACHE`, or what the system has for caches. */
export function hubFolder(
  environment: Environment = process.env,
  platform: string = process.platform,
): string {
  const { RESNETJS_CACHE, LOCALAPPDATA, XDG_CACHE_HOME } = environment;
  if (RESNETJS_CACHE) return RESNETJS_CACHE;
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'resnetjs');
  if (platform === 'win32') {
    return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'resnetjs', 'Cache');
  }
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'resnetjs');
}

/** What is left open is taken from the environment, in the words of huggingface_hub where it has some. */
export async function hubSettings(
  options: HubOptions,
  environment: Environment = process.env,
): Promise<HubOptions> {
  const { RESNETJS_OFFLINE, HF_HUB_OFFLINE, RESNETJS_MIRROR, HF_ENDPOINT } = environment;
  const endpoint = options.endpoint ?? HF_ENDPOINT;
  const mirror = options.mirror ?? RESNETJS_MIRROR;
  const token = options.token === undefined ? await tokenIn(environment) : options.token;
  return {
    ...options,
    offline: options.offline ?? (isOn(RESNETJS_OFFLINE) || isOn(HF_HUB_OFFLINE)),
    ...(endpoint && { endpoint: address(endpoint, 'HF_ENDPOINT, or the option endpoint,') }),
    ...(mirror && { mirror: address(mirror, 'RESNETJS_MIRROR, or the option mirror,') }),
    token,
  };
}

function isOn(value: string | undefined): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes(value?.toUpperCase() ?? '');
}

function address(text: string, what: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && url.username + url.password !== '') {
    throw new ResNetError('bad-option', `${what} has a name or a password in it, which no request can have.`);
  }
  if (url !== null && /^https?:$/.test(url.protocol)) return text;
  throw new ResNetError(
    'bad-option',
    `${what} is "${text}", not an address such as https://mirror.example.`,
    {
      text,
    },
  );
}

/** Hugging Face's token: from the variable, or from the file in which `hf auth login` keeps it. */
async function tokenIn({
  HF_TOKEN,
  HF_TOKEN_PATH,
  HF_HOME,
  XDG_CACHE_HOME,
}: Environment): Promise<string | null> {
  const home = HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  const token = HF_TOKEN || (await readFile(HF_TOKEN_PATH || join(home, 'token'), 'utf8').catch(() => ''));
  return token.trim() || null;
}
