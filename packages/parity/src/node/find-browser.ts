import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

/** The variable of the environment that names the browser to use: a path. */
export const browserVariable = 'RESNETJS_BROWSER';

export type BrowserSearch =
  | { readonly found: true; readonly name: BrowserName; readonly path: string }
  | { readonly found: false; readonly reason: string };

export type BrowserName = 'Chromium' | 'Chrome' | 'Edge' | 'as given';

/** What a search looks at; this machine where it isn't given. */
export interface Machine {
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Empty where the user has none. */
  readonly home: string;
  isFile(path: string): boolean;
  /** The names in a folder; none where there is no such folder. */
  list(folder: string): readonly string[];
}

const thisMachine: Machine = {
  platform: process.platform,
  environment: process.env,
  home: homeFolder(),
  isFile: (path) => {
    try {
      return statSync(path).isFile();
    } catch {
      return false; // it isn't there, or nobody may look
    }
  },
  list: (folder) => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  },
};

function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return ''; // as in a container whose user has no name
  }
}

/** On Linux by what is typed, elsewhere by where the installers put them. */
const linuxCommands: readonly [name: BrowserName, commands: readonly string[]][] = [
  ['Chromium', ['chromium', 'chromium-browser']],
  ['Chrome', ['google-chrome', 'google-chrome-stable', 'chrome']],
  ['Edge', ['microsoft-edge', 'microsoft-edge-stable']],
];
const linuxFolders = [
  '/usr/local/bin',
  '/usr/bin',
  '/snap/bin',
  '/opt/google/chrome',
  '/opt/microsoft/msedge',
];
const macApplications: readonly [name: BrowserName, application: string][] = [
  ['Chromium', 'Chromium'],
  ['Chrome', 'Google Chrome'],
  ['Edge', 'Microsoft Edge'],
];
const windowsPrograms: readonly [name: BrowserName, program: string][] = [
  ['Chromium', 'Chromium\\Application\\chrome.exe'],
  ['Chrome', 'Google\\Chrome\\Application\\chrome.exe'],
  ['Edge', 'Microsoft\\Edge\\Application\\msedge.exe'],
];
/** Of a Chromium that Playwright downloaded, below its cache folder's `chromium-…`. */
const playwrightPrograms: Readonly<Record<string, readonly string[]>> = {
  linux: ['chrome-linux/chrome', 'chrome-linux64/chrome'],
  darwin: [
    ...['chrome-mac', 'chrome-mac-x64', 'chrome-mac-arm64'].flatMap((folder) => [
      `${folder}/Chromium.app/Contents/MacOS/Chromium`,
      `${folder}/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing`,
    ]),
  ],
  win32: ['chrome-win\\chrome.exe', 'chrome-win64\\chrome.exe'],
};

/**
 * A browser that is built on Chromium: `path` where it is given, else what RESNETJS_BROWSER names, else the first
 * Chromium, Chrome or Edge in its usual places, else one that Playwright has downloaded for this user.
 * A path that leads to no file is not replaced by another browser.
 */
export function findBrowser(path?: string, machine: Machine = thisMachine): BrowserSearch {
  const asked = path ?? machine.environment[browserVariable];
  if (asked) {
    if (machine.isFile(asked)) return { found: true, name: 'as given', path: asked };
    const origin = path === undefined ? browserVariable : 'the path that was given';
    return {
      found: false,
      reason: `There is no file ${asked}, which ${origin} says is the browser. Give the path of Chromium, Chrome or Edge.`,
    };
  }
  const found = places(machine).find(({ path }) => machine.isFile(path));
  if (found) return { found: true, ...found };
  return {
    found: false,
    reason: `There is no Chromium, Chrome or Edge in the usual places. Install one, or name it in ${browserVariable}.`,
  };
}

interface Place {
  readonly name: BrowserName;
  readonly path: string;
}

function places(machine: Machine): Place[] {
  switch (machine.platform) {
    case 'darwin':
      return [...macPlaces(machine), ...playwrightPlaces(machine)];
    case 'win32':
      return [...windowsPlaces(machine), ...playwrightPlaces(machine)];
    default:
      return [...linuxPlaces(machine), ...playwrightPlaces(machine)];
  }
}

function linuxPlaces({ environment }: Machine): Place[] {
  const onPath = (environment.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  const folders = [...new Set([...onPath, ...linuxFolders])];
  return linuxCommands.flatMap(([name, commands]) =>
    commands.flatMap((command) => folders.map((folder) => ({ name, path: posix.join(folder, command) }))),
  );
}

function macPlaces({ home }: Machine): Place[] {
  return macApplications.flatMap(([name, application]) =>
    ['/Applications', `${home}/Applications`].map((folder) => ({
      name,
      path: `${folder}/${application}.app/Contents/MacOS/${application}`,
    })),
  );
}

function windowsPlaces({ environment }: Machine): Place[] {
  const folders = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap(
    (variable) => environment[variable] ?? [],
  );
  return windowsPrograms.flatMap(([name, program]) =>
    folders.map((folder) => ({ name, path: win32.join(folder, program) })),
  );
}

function playwrightPlaces(machine: Machine): Place[] {
  const { platform } = machine;
  const { join } = platform === 'win32' ? win32 : posix;
  const cache = playwrightCache(machine);
  if (cache === undefined) return [];
  const revision = (folder: string) => Number(folder.slice(folder.lastIndexOf('-') + 1));
  return machine
    .list(cache)
    .filter((folder) => /^chromium-\d+$/.test(folder))
    .sort((a, b) => revision(b) - revision(a))
    .flatMap((folder) =>
      (playwrightPrograms[platform] ?? []).map((program) => ({
        name: 'Chromium',
        path: join(cache, folder, program),
      })),
    );
}

/** Where Playwright keeps the browsers that it downloads. */
function playwrightCache({ platform, environment, home }: Machine): string | undefined {
  const told = environment.PLAYWRIGHT_BROWSERS_PATH;
  if (told && told !== '0') return told;
  if (home === '') return undefined;
  if (platform === 'darwin') return posix.join(home, 'Library/Caches/ms-playwright');
  if (platform !== 'win32')
    return posix.join(environment.XDG_CACHE_HOME || posix.join(home, '.cache'), 'ms-playwright');
  const local = environment.LOCALAPPDATA;
  return local === undefined ? undefined : win32.join(local, 'ms-playwright');
}
