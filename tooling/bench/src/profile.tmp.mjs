import * as tf from '@tensorflow/tfjs-core';
import { register } from '@resnetjs/backend-wasm';
import { fold, forward, initialize, resnet50, unitRange } from '@resnetjs/core';
import { adam, preparePictures, train } from '@resnetjs/training';
const threads = Number(process.argv[2] ?? 1);
await register({ threads });
const times = new Map();
let on = false;
for (const k of tf.getKernelsForBackend('wasm')) {
  const f = k.kernelFunc;
  tf.unregisterKernel(k.kernelName, 'wasm');
  tf.registerKernel({
    ...k,
    kernelFunc: (p) => {
      if (!on) return f(p);
      const c = process.cpuUsage();
      const t = performance.now();
      try {
        return f(p);
      } finally {
        const d = process.cpuUsage(c);
        const e = times.get(k.kernelName) ?? [0, 0, 0];
        e[0] += (d.user + d.system) / 1000;
        e[1]++;
        e[2] += performance.now() - t;
        times.set(k.kernelName, e);
      }
    },
  });
}
function show(label, n, total) {
  console.log(label, 'total cpu', (total / n).toFixed(0));
  let sum = 0;
  for (const [k, [c, m, w]] of [...times].sort((a, b) => b[1][0] - a[1][0])) {
    sum += c;
    if (c / n > 0.3)
      console.log(
        '  ',
        k.padEnd(28),
        (c / n).toFixed(1).padStart(8),
        'ms cpu',
        (w / n).toFixed(1).padStart(8),
        'wall',
        m / n,
      );
  }
  console.log('   outside', ((total - sum) / n).toFixed(1));
  times.clear();
}
function setUp(size, batchSize, classCount) {
  const network = resnet50({ input: [size, size, 3], classes: classCount });
  const classes = Array.from({ length: classCount }, (_, i) => String(i));
  return {
    classifier: { network, variables: initialize(network), classes, preprocessing: unitRange() },
    noise: Uint8Array.from(
      { length: batchSize * size * size * 3 },
      (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24,
    ),
    batchSize,
  };
}
for (const [size, batch, cl] of [
  [224, 1, 1000],
  [64, 32, 6],
]) {
  const m = setUp(size, batch, cl);
  const pictures = preparePictures(m.classifier, m.noise);
  const { network, variables } = fold(m.classifier);
  const run = () => {
    const y = forward(network, variables, pictures);
    y.dataSync();
    y.dispose();
  };
  run();
  run();
  on = true;
  const c = process.cpuUsage();
  for (let i = 0; i < 3; i++) run();
  const d = process.cpuUsage(c);
  on = false;
  show(`inference ${size} ${batch}`, 3, (d.user + d.system) / 1000);
}
{
  const m = setUp(64, 32, 6);
  const session = train(
    m.classifier,
    {
      classes: m.classifier.classes,
      shape: m.classifier.network.input,
      labels: Uint16Array.from({ length: 32 }, (_, i) => i % 6),
      read: async () => m.noise,
    },
    { epochs: 1e9, batchSize: 32, optimizer: adam(), statistics: 'running' },
  );
  const step = async () => {
    for (;;) {
      const { value } = await session.next();
      if (value?.event === 'step') return;
    }
  };
  await step();
  await step();
  on = true;
  const c = process.cpuUsage();
  for (let i = 0; i < 3; i++) await step();
  const d = process.cpuUsage(c);
  on = false;
  show('train', 3, (d.user + d.system) / 1000);
}
