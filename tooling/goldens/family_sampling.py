"""The numbers of tooling/goldens/src/sampling.ts, bit for bit.

A value depends on the name of its tensor and on its index in it alone, so that both sides make them in any order. A
parameter's name says where it stands: stage0.block1.branch.linear2.kernel is the kernel of the branch's third layer that
has one, a convolution or a dense layer.
"""

import math

import numpy

CHUNK = 1 << 22


def hash_text(text):
    """FNV-1a, 32 bits."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def mix(x):
    """A bijection of 32-bit words in which every bit depends on every other; changes x, a uint32 array."""
    x ^= x >> numpy.uint32(16)
    x *= numpy.uint32(0x7FEB352D)
    x ^= x >> numpy.uint32(15)
    x *= numpy.uint32(0x846CA68B)
    x ^= x >> numpy.uint32(16)
    return x


def words(name, size):
    """The name's 32-bit words, as a generator of arrays."""
    seed = numpy.uint32(hash_text(name))
    for start in range(0, size, CHUNK):
        indices = numpy.arange(start + 1, min(start + CHUNK, size) + 1, dtype=numpy.uint32)
        yield mix(mix(indices) ^ seed)


def sample(name, shape, low, high):
    """Uniform numbers in [low, high), rounded to float32."""
    size = math.prod(shape)
    values = numpy.empty(size, dtype=numpy.float32)
    start = 0
    for each in words(name, size):
        uniform = (each >> numpy.uint32(8)).astype(numpy.float64) * 2.0**-24
        values[start : start + each.size] = low + (high - low) * uniform
        start += each.size
    return values.reshape(shape)


def products(name, tensor):
    """The dot products of a float64 tensor with two vectors of numbers in [-1, 1)."""
    flat = numpy.ascontiguousarray(tensor, dtype=numpy.float64).reshape(-1)
    results = []
    for probe in ("probe0", "probe1"):
        total = 0.0
        start = 0
        for each in words(f"{name}.{probe}", flat.size):
            uniform = (each >> numpy.uint32(8)).astype(numpy.float64) * 2.0**-23 - 1
            total += float(uniform @ flat[start : start + each.size])
            start += each.size
        results.append(total)
    return results


def value_range(role, shape, is_last_norm):
    """What keeps a network's activations of one size: a small scale at the end of each branch."""
    if role == "kernel":
        bound = math.sqrt(6 / math.prod(shape[:-1]))
        return -bound, bound
    return {
        "bias": (-0.25, 0.25),
        "scale": (0.125, 0.375) if is_last_norm else (0.5, 1.5),
        "offset": (-0.25, 0.25),
        "mean": (-0.25, 0.25),
        "variance": (0.5, 1.5),
    }[role]


def sample_parameter(network, key, shape, is_last_norm):
    """A parameter in our layout: a kernel is [height, width, in, out], or [in, out]."""
    low, high = value_range(key.rsplit(".", 1)[1], shape, is_last_norm)
    return sample(f"{network}/{key}", shape, low, high)


def sample_images(network, shape):
    return sample(f"{network}/images.{'x'.join(map(str, shape))}", shape, -1, 1)


def nudged(values, seed):
    """float32 values, each changed by up to a unit in its last place; for the seed 0, as they are."""
    if seed == 0:
        return values
    changes = numpy.random.default_rng(seed).uniform(-1, 1, values.shape).astype(numpy.float32)
    return values * (1 + changes * numpy.float32(2**-23))


def labels(batch, classes):
    return [(3 * row + 1) % classes for row in range(batch)]


class Keys:
    """Names parameters, path by path."""

    def __init__(self):
        self.counts = {}
        self.norms = {}

    def layer(self, path, kind):
        """kind: linear or norm."""
        count = self.counts.get((path, kind), 0)
        self.counts[path, kind] = count + 1
        key = f"{path}.{kind}{count}"
        if kind == "norm":
            self.norms[path] = key
        return key

    def is_last_norm(self, layer):
        """Whether a layer is the last normalization of a branch; once all are named."""
        path = layer.rsplit(".", 1)[0]
        return path.endswith(".branch") and self.norms.get(path) == layer
