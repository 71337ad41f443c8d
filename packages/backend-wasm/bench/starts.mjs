// Starts and ends processes that use threads, in every way a process can end, and checks that none
// hangs. Prints a line for each way.
//   node bench/starts.mjs [--times 200] [--threads 2] [--node PATH]
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    times: { type: 'string', default: '200' },
    threads: { type: 'string', default: '2' },
    node: { type: 'string', default: process.execPath },
  },
});

/** How a process ends, and the code or signal that it must end with. */
const endings = {
  return: 0,
  exit: 3,
  // TensorFlow.js rethrows uncaught exceptions from a listener, for which Node exits with 7.
  throw: 7,
  'throw-inside': 7,
  'exit-inside': 4,
  dispose: 0,
  SIGINT: 'SIGINT',
  SIGTERM: 'SIGTERM',
};
const script = fileURLToPath(new URL('./starts-work.mjs', import.meta.url));
const secondsToHang = 300;

/** @returns what went wrong, undefined if nothing did */
function runOnce(ending) {
  return new Promise((resolve) => {
    const child = spawn(options.node, [script, options.threads, ending], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve('hung');
    }, 1000 * secondsToHang);
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
      if (ending.startsWith('SIG') && output.includes('computing\n')) child.kill(ending);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      const right = (code ?? signal) === endings[ending];
      resolve(right ? undefined : `ended with ${code ?? signal} after ${JSON.stringify(output)}`);
    });
  });
}

let wrong = 0;
for (const ending of Object.keys(endings)) {
  const start = performance.now();
  const problems = [];
  const times = Math.ceil(Number(options.times) / Object.keys(endings).length);
  for (let time = 0; time < times; time++) {
    const problem = await runOnce(ending);
    if (problem) problems.push(problem);
  }
  wrong += problems.length;
  const each = ((performance.now() - start) / times).toFixed(0);
  console.log(`${ending}: ${times} starts, ${problems.length} wrong, ${each} ms each ${problems[0] ?? ''}`);
}
process.exitCode = wrong > 0 ? 1 : 0;
