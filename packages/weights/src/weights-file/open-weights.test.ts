import {
  createNetwork,
  type DialectName,
  type NetworkName,
  parameters,
  preprocessings,
  RandomGenerator,
  unitRange,
} from '@resnetjs/core';
import { cifar10Classes, imageNetClasses } from '@resnetjs/core/classes';
import { describe, expect, it } from 'vitest';
import { encodeSafetensors } from '../containers/safetensors.js';
import { encodePytorch } from '../containers/pytorch/encode-pytorch.js';
import { encodeWeights, type WeightsToWrite, type WrittenFormat, writtenFormats } from './encode-weights.js';
import { openWeights } from './open-weights.js';
import { tensorsToWrite } from './tensors-to-write.js';

/** A network with values of which no two are alike, and no variance is below 0. */
function weightsOfNetwork(
  name: NetworkName,
  options: Parameters<typeof createNetwork>[1] = {},
): WeightsToWrite {
  const network = createNetwork(name, options);
  const generator = RandomGenerator.stateless(3, 1);
  const values = new Map(
    parameters(network).map(({ id, shape, role }) => {
      const length = shape.reduce((a, b) => a * b, 1);
      const sample = () => (role === 'variance' ? 0.5 + generator.uniform() : generator.normal());
      return [id, Float32Array.from({ length }, sample)];
    }),
  );
  const units = network.head.find(({ op }) => op === 'dense');
  const count = units?.op === 'dense' ? units.units : 0;
  return {
    network,
    classes: count === 0 ? null : Array.from({ length: count }, (_, index) => `kind ${index}`),
    preprocessing: { ...preprocessings.cifar, cropShare: 0.5, fit: 'crop' },
    training: null,
    read: async ({ id }) => (values.get(id) as Float32Array<ArrayBuffer>).slice(),
  };
}

async function bytesOf(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const blobs: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of parts) blobs.push(new Uint8Array(part));
  return new Uint8Array(await new Blob(blobs).arrayBuffer());
}

/** What a weights file says, with all its values. */
async function opened(file: Uint8Array, options: Parameters<typeof openWeights>[1] = {}) {
  const weights = await openWeights(file, options);
  const values = await Promise.all(parameters(weights.network).map((parameter) => weights.read(parameter)));
  return { ...weights, values };
}

async function valuesOf({ network, read }: WeightsToWrite) {
  return Promise.all(parameters(network).map((parameter) => read(parameter)));
}

/** The number of values that differ in a bit. */
function differing(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  if (String(a.map(({ length }) => length)) !== String(b.map(({ length }) => length))) return Number.NaN;
  const bitsOf = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);
  let count = 0;
  for (const [index, values] of a.entries()) {
    const others = bitsOf(b[index] as Float32Array);
    for (const [at, bits] of bitsOf(values).entries()) if (bits !== others[at]) count++;
  }
  return count;
}

/** A model of TensorFlow.js is several files. */
const formats = writtenFormats.filter((format) => format !== 'tfjs').map((format) => [format] as const);

describe('weights in a file', () => {
  it.each(formats)('come back to the bit from %s', async (to) => {
    const weights = weightsOfNetwork('cifar/resnet20');
    const file = await opened(await bytesOf(encodeWeights(weights, { to }).parts));
    expect(file.network.name).toBe('cifar/resnet20');
    expect(differing(file.values, await valuesOf(weights))).toBe(0);
    // Each of its tensors is a parameter's, or said to be unused, or what nodes of ONNX compute shapes with.
    const named = parameters(file.network).map(({ id }) => file.tensorNames.get(id));
    const others = [...file.tensors].filter(([name, { dtype }]) => {
      return dtype === 'I64' && to === 'onnx' && !file.unused.includes(name);
    });
    const all = [...named, ...file.unused, ...others.map(([name]) => name)];
    expect(all.sort()).toEqual([...file.tensors.keys()].sort());
  });

  const noted = [
    'resnetjs',
    'safetensors',
    'keras',
    'keras-weights',
    'onnx',
  ] as const satisfies readonly WrittenFormat[];
  it.each(noted)('keep classes and preprocessing in %s', async (to) => {
    const weights = weightsOfNetwork('mlperf/resnet8', { classes: 3 });
    const file = await opened(await bytesOf(encodeWeights(weights, { to }).parts));
    expect(file).toMatchObject({ classes: weights.classes, classesFrom: 'file', preprocessingFrom: 'file' });
    expect(file.preprocessing).toEqual(weights.preprocessing);
  });

  it("get the classes and the preprocessing that such networks have, where the file can't say", async () => {
    const cifar = await opened(
      await bytesOf(encodeWeights(weightsOfNetwork('cifar/resnet20'), { to: 'pytorch' }).parts),
    );
    expect(cifar.classes).toEqual(cifar10Classes);
    expect(cifar.preprocessing).toEqual(preprocessings.cifar);
    expect([cifar.classesFrom, cifar.preprocessingFrom]).toEqual(['assumed', 'assumed']);
    const gray = weightsOfNetwork('cifar/resnet20', { input: [32, 32, 1], classes: 3 });
    const found = await opened(await bytesOf(encodeWeights(gray, { to: 'pytorch' }).parts));
    expect(found.network.input).toEqual([32, 32, 1]);
    expect(found.classes).toEqual(['class 0', 'class 1', 'class 2']);
    expect(found.preprocessing).toEqual(unitRange(1));
  });

  it('may be without a classifier', async () => {
    const weights = weightsOfNetwork('cifar/resnet20', { classes: null });
    for (const to of ['safetensors', 'pytorch', 'keras', 'keras-weights', 'onnx'] as const) {
      const file = await opened(await bytesOf(encodeWeights(weights, { to }).parts));
      expect(file.classes).toBeNull();
      expect(differing(file.values, await valuesOf(weights))).toBe(0);
    }
    expect(() => encodeWeights(weights, { to: 'resnetjs' })).toThrow(/ends before a classifier/);
  });

  it.each(['torchvision', 'timm', 'hugging-face'] as const)(
    'are known in the names of %s',
    async (dialect) => {
      const weights = weightsOfNetwork('cifar/resnet20', { shortcut: 'B' });
      const { parts } = encodeWeights(weights, { to: 'safetensors', dialect });
      const file = await opened(await bytesOf(parts));
      expect(file.network).toEqual(weights.network);
      expect(differing(file.values, await valuesOf(weights))).toBe(0);
    },
  );

  it.each(['safetensors', 'pytorch', 'keras', 'keras-weights'] as const)(
    'as halves in %s are near',
    async (to) => {
      const weights = weightsOfNetwork('mlperf/resnet8');
      const { parts, loss } = encodeWeights(weights, { to, half: true });
      const file = await opened(await bytesOf(parts));
      const expected = await valuesOf(weights);
      let worst = 0;
      for (const [index, values] of file.values.entries()) {
        for (const [at, value] of values.entries()) {
          const exact = expected[index]?.[at] as number;
          if (Math.abs(exact) > 2 ** -14) worst = Math.max(worst, Math.abs(value - exact) / Math.abs(exact));
        }
      }
      expect(worst).toBeGreaterThan(0);
      expect(worst).toBeLessThanOrEqual(2 ** -11);
      expect(loss?.relative).toBeCloseTo(worst, 10);
      expect(loss?.infinite).toBe(0);
    },
  );
});

describe('options', () => {
  const file = async () =>
    bytesOf(encodeWeights(weightsOfNetwork('cifar/resnet20'), { to: 'safetensors' }).parts);

  it('go before what the file says', async () => {
    const classes = cifar10Classes;
    const options = { classes, preprocessing: preprocessings.raw };
    expect(await openWeights(await file(), options)).toMatchObject({
      ...options,
      classesFrom: 'option',
      preprocessingFrom: 'option',
    });
  });

  it.each(formats)('take the network in %s for images of another size', async (to) => {
    const bytes = await bytesOf(encodeWeights(weightsOfNetwork('cifar/resnet20'), { to }).parts);
    const { network } = await openWeights(bytes, { input: [24, 40, 3] });
    expect([network.name, ...network.input]).toEqual(['cifar/resnet20', 24, 40, 3]);
  });

  it('that do not fit the file are refused', async () => {
    const bytes = await file();
    await expect(openWeights(bytes, { classes: ['a', 'b'] })).rejects.toThrow(/2 classes were given/);
    await expect(openWeights(bytes, { preprocessing: unitRange(1) })).rejects.toThrow(/3 channels/);
    await expect(openWeights(bytes, { network: 'cifar/resnet32' })).rejects.toThrow(
      /not those of cifar\/resnet32/,
    );
    const own = await bytesOf(encodeWeights(weightsOfNetwork('cifar/resnet20'), { to: 'resnetjs' }).parts);
    await expect(openWeights(own, { network: 'resnet18' })).rejects.toThrow(
      /is cifar\/resnet20, not resnet18/,
    );
  });
});

describe('a file with', () => {
  /** ResNet-20's tensors, some changed. */
  async function changed(
    change: (tensors: ReturnType<typeof tensorsToWrite>) => ReturnType<typeof tensorsToWrite>,
  ) {
    const { network, read } = weightsOfNetwork('cifar/resnet20');
    return bytesOf(
      encodePytorch(change(tensorsToWrite(network, read, { dialect: 'cifar' satisfies DialectName }))),
    );
  }

  it('module. before every name is unwrapped', async () => {
    const bytes = await changed((tensors) =>
      tensors.map((each) => ({ ...each, name: `module.${each.name}` })),
    );
    expect((await openWeights(bytes)).network.name).toBe('cifar/resnet20');
  });

  it('values that are not finite, or variances below 0, is refused when they are read', async () => {
    for (const [name, value, words] of [
      ['linear.bias', Number.NaN, /"linear.bias" holds values that are not finite/],
      ['bn1.running_var', -1, /"bn1.running_var" holds variances below 0/],
    ] as const) {
      const bytes = await changed((tensors) =>
        tensors.map((each) =>
          each.name === name
            ? {
                ...each,
                read: async () =>
                  new Uint8Array(Float32Array.from({ length: each.shape[0] as number }, () => value).buffer),
              }
            : each,
        ),
      );
      await expect(opened(bytes)).rejects.toThrow(words);
    }
  });

  it('quantized weights is refused', async () => {
    const bytes = await changed((tensors) =>
      tensors.map((each) =>
        each.name === 'linear.weight'
          ? { ...each, dtype: 'I8' as const, read: async () => new Uint8Array(640) }
          : each,
      ),
    );
    await expect(opened(bytes)).rejects.toThrow(/linear.weight has values of type I8/);
  });

  it('no weights at all is refused by its first bytes', async () => {
    const texts = ['', 'not a file of weights', '<!doctype html><html></html>'];
    for (const text of texts) {
      await expect(openWeights(new TextEncoder().encode(text))).rejects.toMatchObject({ code: 'bad-file' });
    }
    await expect(openWeights(new Uint8Array(100))).rejects.toThrow(/safetensors, PyTorch's/);
  });

  it('the tensors of nothing known names what it has', async () => {
    const tensor = { name: 'x', dtype: 'F32', shape: [1], read: async () => new Uint8Array(4) } as const;
    await expect(openWeights(await bytesOf(encodeSafetensors([tensor])))).rejects.toThrow(
      /no network that ResNet.js knows/,
    );
  });
});

describe('published weights', () => {
  const network = createNetwork('resnet18');
  const zeros = async ({ shape }: { readonly shape: readonly number[] }) =>
    new Float32Array(shape.reduce((a, b) => a * b, 1));
  const file = () => bytesOf(encodeSafetensors(tensorsToWrite(network, zeros, { dialect: 'torchvision' })));

  it('say how a file that does not wants its images, and options and configurations override them', async () => {
    const bytes = await file(); // in which nothing is said
    const published = 'resnet18.a3_in1k';
    const { input } = createNetwork('resnet18', { input: [160, 160, 3] });
    expect(await openWeights(bytes)).toMatchObject({ preprocessingFrom: 'assumed' });
    expect(await openWeights(bytes, { published })).toMatchObject({
      ...{ preprocessingFrom: 'published', network: { name: 'resnet18', input } },
      ...{ classesFrom: 'published', classes: imageNetClasses },
      preprocessing: { interpolation: 'bicubic', cropShare: 0.95 },
    });
    const told = { published, preprocessing: preprocessings.raw, input: [64, 64, 3] } as const;
    expect(await openWeights(bytes, told)).toMatchObject({
      ...{ preprocessingFrom: 'option', network: { input: [64, 64, 3] } },
    });
    const configs = [
      { pretrained_cfg: { input_size: [3, 128, 128], mean: [0, 0, 0], std: [1, 1, 1], crop_pct: 0.5 } },
    ];
    expect(await openWeights(bytes, { published, configs })).toMatchObject({
      ...{ preprocessingFrom: 'file', preprocessing: { cropShare: 0.5 } },
      network: { input: [128, 128, 3] },
    });
  });
});
