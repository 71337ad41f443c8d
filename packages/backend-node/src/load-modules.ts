import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';

type Require = (specifier: string) => unknown;

/**
 * A `require` for CommonJS files below `folder` that hands them `substitutes` in place of what they
 * would find by that name. Node's own `require` and its cache see none of it, so that nobody else
 * gets a substitute; files that are not JavaScript go through Node's.
 */
export function requireWith(folder: string, substitutes: Readonly<Record<string, unknown>>): Require {
  const loaded = new Map<string, { exports: unknown }>();

  const requireFrom = (from: string): Require => {
    const nodes = createRequire(from);
    return (specifier) => {
      if (Object.hasOwn(substitutes, specifier)) return substitutes[specifier];
      const relative = specifier.startsWith('.');
      const file = relative ? nodes.resolve(specifier) : specifier;
      return relative && file.endsWith('.js') ? load(file) : nodes(file);
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
