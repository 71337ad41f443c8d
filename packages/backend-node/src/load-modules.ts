import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';

type Require = (specifier: string) => unknown;

/**
 * A `require` for the CommonJS files in `folder`, which get `substitutes` in place of the modules of those names. Node's own
 * `require` and its cache are left alone, so nobody else gets a substitute; files other than .js are loaded by Node's.
 */
export function requireWith(folder: string, substitutes: Readonly<Record<string, unknown>>): Require {
  const loaded = new Map<string, { exports: unknown }>();

  const requireFrom = (from: string): Require => {
    const nodeRequire = createRequire(from);
    return (specifier) => {
      if (Object.hasOwn(substitutes, specifier)) return substitutes[specifier];
      const relative = specifier.startsWith('.');
      const file = relative ? nodeRequire.resolve(specifier) : specifier;
      return relative && file.endsWith('.js') ? load(file) : nodeRequire(file);
    };
  };

  const load = (file: string): unknown => {
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(file, module);
    const names = ['exports', 'require', 'module', '__filename', '__dirname'];
    const run = compileFunction(readFileSync(file, 'utf8'), names, { filename: file });
    run.call(module.exports, module.exports, requireFrom(file), module, file, dirname(file));
    return module.exports;
  };

  return requireFrom(`${folder}/package.json`);
}
