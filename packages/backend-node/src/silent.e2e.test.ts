import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { installed } from './native.test-support.js';

const entry = new URL('../dist/index.js', import.meta.url).href;

function start(options: string, env: Record<string, string> = {}) {
  const code = `
    import { register } from ${JSON.stringify(entry)};
    const { threads } = await register(${options});
    console.log(threads, process.env.TF_CPP_MIN_LOG_LEVEL, process.env.TF_NUM_INTRAOP_THREADS);
    console.error('stderr is there');`;
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  return spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
}

it.skipIf(!installed)('starts without output from TensorFlow, and ends by itself', () => {
  const { status, stdout, stderr } = start('{ threads: 1 }');
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: '1 undefined undefined\n',
    stderr: 'stderr is there\n',
  });
});

it.skipIf(!installed)('lets TensorFlow log on request, and respects its environment variables', () => {
  const { stdout, stderr } = start('{ logLevel: "info" }', { TF_NUM_INTRAOP_THREADS: '1' });
  expect(stdout).toBe('1 undefined 1\n');
  expect(stderr).toMatch(/oneDNN|TensorFlow/);
});
