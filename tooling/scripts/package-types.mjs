import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInstalled } from './commands.mjs';
import { readJson, root } from './workspace.mjs';

/** The oldest TypeScript that the declarations are for, and the newest. */
const compilers = ['typescript-5.9', 'typescript'];

/**
 * What is wrong with the declarations of installed packages in a strict project that checks those of libraries, too. What is
 * wrong with others' (TensorFlow.js's use types that they don't bring) is not told.
 * @param {readonly { name: string, path: string }[]} packed
 * @param {string} project where they are installed
 * @returns {Promise<readonly string[]>}
 */
export async function typeProblems(packed, project) {
  const folder = join(project, 'types');
  mkdirSync(folder);
  const imports = packed
    .flatMap(({ name, path }) =>
      Object.entries(readJson(`${path}/package.json`).exports ?? {})
        .filter(([, { types }]) => types)
        .map(([entry]) => name + entry.slice(1)),
    )
    .map((entry, index) => `export * as entry${index} from '${entry}';`);
  writeFileSync(join(folder, 'all.ts'), imports.join('\n'));
  const modules = [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ];
  const problems = await Promise.all(
    compilers.flatMap((compiler) =>
      modules.map(async ([module, moduleResolution]) => {
        const config = join(folder, `${compiler}.${moduleResolution}.json`);
        const compilerOptions = {
          strict: true,
          skipLibCheck: false,
          noEmit: true,
          target: 'es2022',
          lib: ['es2023', 'dom', 'dom.iterable'],
          types: ['node'],
          typeRoots: [join(root, 'node_modules', '@types')],
          module,
          moduleResolution,
        };
        writeFileSync(config, JSON.stringify({ compilerOptions, files: ['all.ts'] }));
        const { output } = await runInstalled(compiler, 'tsc', ['--project', config, '--pretty', 'false'], {
          cwd: project,
        });
        return output
          .split('\n')
          .filter((line) => /^(types\/|node_modules\/(@resnetjs|resnetjs)\/)|^error/.test(line))
          .map((line) => `${compiler}, ${moduleResolution}: ${line}`);
      }),
    ),
  );
  return problems.flat();
}
