/**
 * The ways in which people use the packages. Each is a folder of examples/, and a row of the table in its README; `npm run
 * test:packages` runs them all.
 *
 * @typedef {object} Way
 * @property {string} name
 * @property {string} folder in examples/
 * @property {string} write what a person has to write for it
 * @property {string} threads how to get them
 * @property {readonly Program[]} [programs] that run its main.js, if it isn't for a page
 * @property {readonly Server[]} [servers] that serve its page
 */

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} archive the package of npm that has it, with its version
 * @property {readonly string[]} command
 * @property {readonly string[]} [install] what installs the dependencies. Default: npm
 * @property {RegExp} [threads] how the backend describes its threads. Default: there are several, where there are several cores
 */

/** @typedef {{ name: string, script: 'dev' | 'start' }} Server a script of package.json */

/** @param {string} version @returns {Program} */
const node = (version) => ({
  name: `Node ${version}`,
  archive: `node@${version}`,
  command: ['node', 'main.js'],
});

/** @param {string} where */
const headers = (where) => `with the [two headers](#threads), in ${where}`;

/** @type {readonly Way[]} */
export const ways = [
  {
    name: 'Node 20.19 or newer',
    folder: 'node',
    write: 'nothing',
    threads: 'yes',
    programs: ['20.19.0', '22.23.3', '24.21.0'].map(node),
  },
  {
    name: 'Bun 1.3.3 or newer',
    folder: 'bun',
    write: 'nothing',
    threads: 'yes',
    programs: [
      {
        name: 'Bun 1.4.5',
        archive: 'bun@1.4.5',
        command: ['bun', 'main.js'],
        install: ['bun', 'install'],
      },
    ],
  },
  {
    name: 'Deno',
    folder: 'deno',
    write: 'nothing, and it needs no permission',
    threads: 'with `--allow-sys=cpus`',
    programs: [
      {
        name: 'Deno 2.9.6, --allow-sys=cpus',
        archive: 'deno@2.9.6',
        command: ['deno', 'run', '--no-prompt', '--allow-sys=cpus', 'main.js'],
        install: ['deno', 'install'],
      },
      {
        name: 'Deno 2.9.6, no permission',
        archive: 'deno@2.9.6',
        command: ['deno', 'run', '--no-prompt', 'main.js'],
        threads: /^one: Deno has not been given the permission --allow-sys=cpus$/,
      },
    ],
  },
  {
    name: 'Vite',
    folder: 'vite',
    write: 'nothing',
    threads: headers('`server.headers` and `preview.headers`'),
    servers: [
      { name: 'Vite, development', script: 'dev' },
      { name: 'Vite, build', script: 'start' },
    ],
  },
  {
    name: 'webpack',
    folder: 'webpack',
    write: 'nothing',
    threads: headers('`devServer.headers`, and the settings of the server'),
    servers: [
      { name: 'webpack, development', script: 'dev' },
      { name: 'webpack, build', script: 'start' },
    ],
  },
  {
    name: 'esbuild',
    folder: 'esbuild',
    write: '`--bundle --splitting --format=esm`',
    threads: headers('the settings of the server, here `serve.json`'),
    servers: [{ name: 'esbuild', script: 'start' }],
  },
  {
    name: 'Rollup',
    folder: 'rollup',
    write: 'the plugins `resolve({ browser: true })` and `commonjs()`',
    threads: headers('the settings of the server, here `serve.json`'),
    servers: [{ name: 'Rollup', script: 'start' }],
  },
  {
    name: 'Next.js',
    folder: 'nextjs',
    write: "`'use client'`, and `import()` in an effect",
    threads: headers('`headers()` of `next.config.js`'),
    servers: [
      { name: 'Next.js, development', script: 'dev' },
      { name: 'Next.js, build', script: 'start' },
    ],
  },
  {
    name: 'No bundler',
    folder: 'import-map',
    write: 'an import map',
    threads: headers('the settings of the server, here `serve.json`'),
    servers: [{ name: 'no bundler', script: 'start' }],
  },
];
