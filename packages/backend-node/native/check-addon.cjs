// node check-addon.cjs ADDON [HOST_ADDON]: computes a convolution, and prints TensorFlow's version.

const host = process.argv[3] ? require(process.argv[3]) : undefined;
host?.pauseStderr();
const binding = require(process.argv[2]);
host?.resumeStderr();
const attribute = (name, type, value) => ({ name, type: binding[type], value });
// The 2×2 windows over 1 … 9 sum to 12, 16, 24, 28.
const x = binding.createTensor([1, 3, 3, 1], binding.TF_FLOAT, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
const filter = binding.createTensor([2, 2, 1, 1], binding.TF_FLOAT, Float32Array.of(1, 1, 1, 1));
const [y] = binding.executeOp(
  'Conv2D',
  [
    attribute('T', 'TF_ATTR_TYPE', binding.TF_FLOAT),
    attribute('strides', 'TF_ATTR_INT', [1, 1, 1, 1]),
    attribute('padding', 'TF_ATTR_STRING', 'VALID'),
  ],
  [x, filter],
  1,
);
const sums = Array.from(binding.tensorDataSync(y.id)).join();
if (sums !== '12,16,24,28') throw new Error(`a convolution returned ${sums}`);
console.log(`TensorFlow ${binding.TF_Version}`);
process.exit(0);
