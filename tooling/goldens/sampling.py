"""The random numbers of packages/parity/src/reference/golden-samples.test-support.ts, bit for bit."""

import math

import numpy

RANGES = {
    "kernel": (-0.5, 0.5),
    "bias": (-0.5, 0.5),
    "scale": (0.5, 1.5),
    "offset": (-0.5, 0.5),
    "mean": (-0.5, 0.5),
    "variance": (0.5, 1.5),
}


class RandomGenerator:
    """The upper 16 bits of Park and Miller's minimal standard generator."""

    def __init__(self, index):
        self.state = 20_000 + 7919 * index

    def tensor(self, shape, low, high):
        values = []
        for _ in range(math.prod(shape)):
            self.state = self.state * 48_271 % 2_147_483_647
            values.append(low + (high - low) * ((self.state >> 15) / 2**16))
        return numpy.array(values, dtype=numpy.float64).reshape(shape)


def sample_network(network, index):
    """(variables by id, images, gradient of the result)"""
    random = RandomGenerator(index)
    variables = {each["id"]: random.tensor(each["shape"], *RANGES[each["role"]]) for each in network["parameters"]}
    images = random.tensor([network["batch"], *network["input"]], -1, 1)
    return variables, images, random.tensor([network["batch"], *network["output"]], -1, 1)


def sample_loss(loss, index):
    """(logits, labels)"""
    batch, classes, scale = loss["batch"], loss["classes"], loss["scale"]
    logits = RandomGenerator(index).tensor([batch, classes], -scale, scale)
    return logits, [2 * row % classes for row in range(batch)]
