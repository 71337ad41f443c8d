import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

/** The environment variable with the path of the browser to use. */
export const browserVariable = 'RESNETJS_BROWSER';

/** The browser that was found, or the reason why there is none. */
export type BrowserSearch =
  | { readonly found: true; readonly name: BrowserName; readonly path: string }
  | { readonly found: false; readonly reason: string };

/** The kind of browser; `as given` for a path that somebody gave. */
export type BrowserName = 'Chromium' | 'Chrome' | 'Edge' | 'as given';

/** What a search looks at, so that tests can pretend another machine. */
export interface Machine {
  /** As `process.platform`. */
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The user's home folder; empty if there is none. */
  readonly home: string;
  isFile(path: string): boolean;
  /** The names in a folder; none if there is no such folder. */
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
      return false; // it does not exist, or may not be read
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
    return ''; // in a container, the user may have no entry in the password file
  }
}

/** On Linux browsers are found by their commands, elsewhere by where their installers put them. */
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
/** The program of a Chromium that Playwright downloaded, inside a `chromium-…` folder of its cache. */
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
 * Finds a browser built on Chromium: `path`, else RESNETJS_BROWSER, else the first Chromium, Chrome or Edge in the usual
 * places, else the newest that Playwright has downloaded for this user. If a given path is no file, nothing else is tried.
 *
 * @example
 * ```ts
 * const browser = findBrowser();
 * console.log(browser.found ? browser.path : browser.reason);
 * ```
 */
export function findBrowser(path?: string, machine: Machine = thisMachine): BrowserSearch {
  const given = path ?? machine.environment[browserVariable];
  if (given) {
    if (machine.isFile(given)) return { found: true, name: 'as given', path: given };
    const origin = path === undefined ? `, which ${browserVariable} names as the browser` : '';
    return {
      found: false,
      reason: `There is no file ${given}${origin}. Give the path of Chromium, Chrome or Edge.`,
    };
  }
  const found = places(machine).find(({ path }) => machine.isFile(path));
  if (found) return { found: true, ...found };
  return {
    found: false,
    reason: `There is no Chromium, Chrome or Edge in the usual places. Install one, or set ${browserVariable} to its path.`,
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
  const chosen = environment.PLAYWRIGHT_BROWSERS_PATH;
  if (chosen && chosen !== '0') return chosen;
  if (home === '') return undefined;
  if (platform === 'darwin') return posix.join(home, 'Library/Caches/ms-playwright');
  if (platform !== 'win32')
    return posix.join(environment.XDG_CACHE_HOME || posix.join(home, '.cache'), 'ms-playwright');
  const local = environment.LOCALAPPDATA;
  return local === undefined ? undefined : win32.join(local, 'ms-playwright');
}
