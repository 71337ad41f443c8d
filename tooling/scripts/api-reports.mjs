// npm run api: writes the public interface of each entry of each published package to docs/api, where a review sees what
// changes. npm test checks that the reports are current.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { publishedFolders, readJson, root } from './workspace.mjs';

/** @typedef {import('./commands.mjs').Outcome} Outcome */

const reports = join(root, 'docs', 'api');

/**
 * The entries that have types: where each one's are, and the name of its report.
 * @returns {readonly { folder: string, types: string, report: string }[]}
 */
const entries = () =>
  publishedFolders().flatMap((folder) => {
    const { name, exports = {} } = readJson(`${folder}/package.json`);
    return Object.entries(exports).flatMap(([entry, { types }]) =>
      types
        ? [
            {
              folder,
              types,
              report: `${name.replace('@resnetjs/', '')}${entry.slice(1).replaceAll('/', '.')}`,
            },
          ]
        : [],
    );
  });

/**
 * @param {ReturnType<typeof entries>[number]} entry
 * @param {string} temporary an empty folder
 */
function configOf({ folder, types, report }, temporary) {
  const projectFolder = join(root, folder);
  const silent = { default: { logLevel: ExtractorLogLevel.None } };
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder,
      newlineKind: 'lf',
      mainEntryPointFilePath: join(projectFolder, types),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            module: 'nodenext',
            target: 'es2022',
            lib: ['es2023', 'dom', 'dom.iterable'],
            types: ['node'],
            typeRoots: [join(root, 'node_modules', '@types')],
            strict: true,
            skipLibCheck: true,
          },
        },
      },
      apiReport: {
        enabled: true,
        reportFolder: reports,
        reportTempFolder: temporary,
        reportFileName: report,
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: silent,
        extractorMessageReporting: silent,
        tsdocMessageReporting: silent,
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(projectFolder, 'package.json'),
  });
}

/**
 * @param {boolean} write whether to write the reports that are not current
 * @param {string} temporary an empty folder
 * @returns {{ all: readonly string[], changed: readonly string[] }} names of reports
 */
function compare(write, temporary) {
  const all = entries().map((entry) => ({ ...entry, config: configOf(entry, temporary) }));
  const [first, ...others] = /** @type {[typeof all[number], ...typeof all]} */ (all);
  // All entries are one program: they need the same declarations.
  const compilerState = CompilerState.create(first.config, {
    additionalEntryPoints: others.map(({ config }) => config.mainEntryPointFilePath),
  });
  const changed = all.filter(({ config }) => {
    const { apiReportChanged } = Extractor.invoke(config, {
      localBuild: write,
      compilerState,
      messageCallback: (message) => {
        message.handled = true;
      },
    });
    return apiReportChanged;
  });
  return { all: all.map(({ report }) => report), changed: changed.map(({ report }) => report) };
}

/**
 * @param {boolean} write whether to write the reports that are not current
 * @returns {Outcome}
 */
function checkReports(write) {
  mkdirSync(reports, { recursive: true });
  const temporary = mkdtempSync(join(tmpdir(), 'resnetjs-api-'));
  try {
    const { all, changed } = compare(write, temporary);
    const names = new Set(all.map((name) => `${name}.api.md`));
    const left = readdirSync(reports).filter((name) => !names.has(name));
    if (write) for (const name of left) rmSync(join(reports, name));
    const lines = [
      ...changed.map((name) => `docs/api/${name}.api.md ${write ? 'was written' : 'is not current'}`),
      ...left.map((name) => `docs/api/${name} ${write ? 'was removed' : 'is of no entry'}`),
    ];
    if (write || lines.length === 0) return { code: 0, output: lines.join('\n') };
    return { code: 1, output: `${lines.join('\n')}\nnpm run api writes the reports: look at what changed.` };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

const { code, output } = checkReports(!process.argv.includes('--check'));
if (output) console.log(output);
process.exitCode = code;
