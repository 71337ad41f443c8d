import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../python/write_tflite.py', import.meta.url));

/**
 * Writes network.tflite beside a workload's other files, once.
 * @param {string} folder
 * @param {string} python
 * @returns {Promise<void>}
 */
export function writeTflite(folder, python) {
  const file = join(folder, 'network.tflite');
  return new Promise((resolve, reject) => {
    if (existsSync(file)) return resolve();
    const child = execFile(python, [program, folder, file], (error, _, errors) => {
      process.off('exit', end);
      const last = errors.trim().split('\n').at(-1);
      if (error) reject(new Error(`TensorFlow could not write the .tflite file: ${last}`));
      else resolve();
    });
    const end = () => child.kill();
    process.once('exit', end);
  });
}
