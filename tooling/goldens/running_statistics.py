"""Prints a normalization's running statistics as Keras and PyTorch update them, for packages/training/src/statistics.test.ts:

    python tooling/goldens/running_statistics.py

One training pass, in float64, over two images of 2×1 pixels and 2 channels. Keras 3 takes the batch's biased variance
(divided by the count n), PyTorch the unbiased one (by n − 1): the means agree, the variances don't.
"""

import numpy

import with_keras
import with_torch

IMAGES = numpy.array([[[[1, -2]], [[3, 0.5]]], [[[0, 4]], [[-1.5, 2.5]]]], dtype=numpy.float64)
MEAN = numpy.array([0.25, -1])
VARIANCE = numpy.array([1.5, 0.75])
MOMENTUM = 0.99

for name, library in [
    (f"Keras {with_keras.keras.__version__}", with_keras),
    (f"PyTorch {with_torch.torch.__version__}", with_torch),
]:
    mean, variance = library.running_statistics(IMAGES, MEAN, VARIANCE, MOMENTUM, 1e-3)
    print(f"{name}: mean {mean.tolist()}, variance {variance.tolist()}")
