import { control } from './control.js';

/**
 * A worker's source, as text, so that no bundler or minifier changes it. The worker takes one message,
 * `{ module, memory, shared, names, index }`, answers once it is ready, and computes until `quit` is set.
 */
export const workerSource = `'use strict';
const serve = ({ module, memory, shared, names, index }, ready) => {
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const integers = new Int32Array(shared, 0, ${control.integers});
  const values = new Float64Array(shared, ${4 * control.integers});
  const work = () => {
    const kernel = kernels[names[integers[${control.kernel}]]];
    const args = Array.from(values.subarray(0, integers[${control.argumentCount}]));
    const count = integers[${control.count}];
    const grain = integers[${control.grain}];
    const scratch = integers[${control.scratch}] + index * integers[${control.scratchEach}];
    for (;;) {
      const first = Atomics.add(integers, ${control.next}, grain);
      if (first >= count) return;
      kernel(...args, first, Math.min(first + grain, count), scratch);
    }
  };
  ready();
  let seen = 0;
  for (;;) {
    const end = performance.now() + ${control.spinMilliseconds};
    while (Atomics.load(integers, ${control.state}) === seen && performance.now() < end);
    Atomics.wait(integers, ${control.state}, seen);
    const state = Atomics.load(integers, ${control.state});
    if (Atomics.load(integers, ${control.quit}) === 1) return;
    seen = state;
    if (state % 2 === 0) continue;
    Atomics.add(integers, ${control.active}, 1);
    try {
      if (Atomics.load(integers, ${control.state}) === state) work();
    } catch {
      Atomics.store(integers, ${control.failed}, 1);
    }
    if (Atomics.sub(integers, ${control.active}, 1) === 1) Atomics.notify(integers, ${control.active});
  }
};
if (typeof require === 'function') {
  const { parentPort } = require('node:worker_threads');
  parentPort.once('message', (start) => serve(start, () => parentPort.postMessage('ready')));
} else {
  onmessage = ({ data }) => serve(data, () => postMessage('ready'));
}
`;
