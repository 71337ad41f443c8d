import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';

const source = new URL('service-worker.js', import.meta.url);

/**
 * Writes the service worker beside the built page, with the list of the files that it keeps, and their version, which the
 * page's `data-version` names, too.
 * @returns {import('vite').Plugin}
 */
export function offline() {
  return {
    name: 'resnetjs-offline',
    apply: 'build',
    writeBundle({ dir = '' }) {
      const files = readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) =>
          join(parentPath, name)
            .slice(dir.length + 1)
            .split(sep)
            .join('/'),
        )
        .filter((file) => file !== 'index.html' && file !== 'service-worker.js')
        .sort();
      const page = join(dir, 'index.html');
      const html = readFileSync(page, 'utf8');
      const hash = createHash('sha256').update(readFileSync(source)).update(html);
      for (const file of files) hash.update(file).update(readFileSync(join(dir, file)));
      const version = hash.digest('hex').slice(0, 16);
      writeFileSync(page, html.replace('<html ', `<html data-version="${version}" `));
      const constants = { version, files };
      const head = Object.entries(constants).map(
        ([name, value]) => `const ${name} = ${JSON.stringify(value)};\n`,
      );
      writeFileSync(join(dir, 'service-worker.js'), head.join('') + readFileSync(source, 'utf8'));
    },
  };
}
