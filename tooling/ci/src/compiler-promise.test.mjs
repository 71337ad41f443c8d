// A network is data, and everything else a pass over it: what is added to the data, the compiler must list in every
// pass that has to learn it (docs/architecture.md). Here it is added to a copy of core, and the errors are counted.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInstalled } from '../../scripts/commands.mjs';
import { root } from '../../scripts/workspace.mjs';

/** The packages and apps that read networks; a copy of core stands in for core. */
const readers = [
  'packages/recipe',
  'packages/weights',
  'packages/training',
  'packages/parity',
  'apps/cli',
  'apps/demo',
];

// Inside of core, so that what it imports is found.
const folder = mkdtempSync(join(root, 'packages/core', '.compiler-promise-'));
const types = join(folder, 'src/network/types.ts');
let original = '';

beforeAll(() => {
  cpSync(join(root, 'packages/core/src'), join(folder, 'src'), { recursive: true });
  original = readFileSync(types, 'utf8');
  const sources = ['src', ...readers.map((path) => `../../../${path}/src`)];
  const config = {
    extends: '../../../tooling/tsconfig/library.json',
    compilerOptions: {
      ...{ composite: false, declaration: false, declarationMap: false, sourceMap: false, noEmit: true },
      ...{ incremental: false, tsBuildInfoFile: null, customConditions: ['@resnetjs/source'] },
      ...{
        lib: ['es2023', 'dom', 'dom.iterable'],
        types: ['node'],
        jsx: 'react-jsx',
        jsxImportSource: 'preact',
      },
      paths: {
        '@resnetjs/core': ['./src/index.ts'],
        '@resnetjs/core/draw': ['./src/draw/index.ts'],
        '@resnetjs/core/network': ['./src/network.ts'],
      },
    },
    include: sources,
    exclude: sources.flatMap((path) =>
      ['test.ts', 'test.tsx', 'test-support.ts'].map((ending) => `${path}/**/*.${ending}`),
    ),
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const vite = [
    "declare module '*.css';",
    "declare module '*?worker&url' { const url: string; export default url; }",
    'interface ImportMeta { readonly env: { readonly PROD: boolean } }',
  ];
  writeFileSync(join(folder, 'src/vite.d.ts'), vite.join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * The files that no longer compile when the types of networks are changed.
 * @param {readonly (readonly [before: string, after: string])[]} changes
 */
async function filesWithErrors(changes) {
  let text = original;
  for (const [before, after] of changes) {
    if (!text.includes(before)) throw new Error(`types.ts doesn't hold ${before}`);
    text = text.replace(before, () => after);
  }
  writeFileSync(types, text);
  const { output } = await runInstalled('typescript', 'tsc', [
    '-p',
    join(folder, 'tsconfig.json'),
    '--pretty',
    'false',
  ]);
  const files = Array.from(output.matchAll(/^(\S+?)\(\d+,\d+\): error/gm), ([, file = '']) =>
    file
      .replaceAll('\\', '/')
      .replace(/^.*\.compiler-promise-[^/]+\/src/, 'core')
      .replace(/^.*?(packages|apps)\//, ''),
  );
  return [...new Set(files)].sort();
}

it('lists every pass that has to learn an operation', async () => {
  const files = await filesWithErrors([
    [
      'export type Op = ',
      "/** Made up. */\nexport interface MadeUp {\n  readonly op: 'made-up';\n  readonly gain: number;\n}\n\nexport type Op = MadeUp | ",
    ],
  ]);
  expect(files).toMatchInlineSnapshot(`
    [
      "core/compute/differentiate.ts",
      "core/compute/forward.ts",
      "core/compute/plan.ts",
      "core/draw/facts.ts",
      "core/draw/format-svg.ts",
      "core/draw/text.ts",
      "core/inspect/cost.ts",
      "core/network/keras-type.ts",
      "core/network/learned.ts",
      "core/network/operations.ts",
      "core/network/parameters.ts",
      "core/network/shape.ts",
      "core/rewrite/fold.ts",
      "demo/src/rooms/look/settings.ts",
      "parity/src/cases/operations.ts",
      "parity/src/reference/network.ts",
      "weights/src/graph/encode-keras-layers.ts",
      "weights/src/graph/encode-onnx-operators.ts",
      "weights/src/graph/keras-graph.ts",
      "weights/src/model-file/network-schema.ts",
    ]
  `);
});

// The compiler takes a third of a minute for each.
const thorough = process.env.RESNETJS_THOROUGH === '1';

it.runIf(thorough)('lists every pass that has to learn an activation', async () => {
  const files = await filesWithErrors([["'relu' | 'relu6'", "'made-up' | 'relu' | 'relu6'"]]);
  expect(files).toMatchInlineSnapshot(`
    [
      "core/compute/activation.ts",
      "core/draw/text.ts",
      "parity/src/reference/activation.ts",
      "parity/src/reference/network.ts",
      "weights/src/graph/encode-keras-layers.ts",
      "weights/src/graph/encode-onnx-operators.ts",
      "weights/src/model-file/network-schema.ts",
    ]
  `);
});

it.runIf(thorough)('lists what has to learn a field', async () => {
  const files = await filesWithErrors([
    ['  readonly filters: number;', '  readonly filters: number;\n  readonly madeUp: number;'],
  ]);
  expect(files).toMatchInlineSnapshot(`
    [
      "core/blocks/layers.ts",
      "parity/src/cases/layers.ts",
      "weights/src/graph/keras-layers.ts",
      "weights/src/graph/onnx-layers.ts",
      "weights/src/graph/residual-network.ts",
      "weights/src/model-file/network-schema.ts",
      "weights/src/model-file/read-description.ts",
    ]
  `);
});
