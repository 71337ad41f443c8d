"""Prints checksums of generated images whose levels torchvision and Pillow have changed, and what Gaussians make of small ones:

    python tooling/goldens/augmentation.py > packages/data/src/augment/levels-goldens.json    (torchvision 0.29, Pillow 12)
"""

import hashlib
import json
import math

import numpy
import PIL
import with_torchvision  # noqa: F401 (before torchvision)
import torchvision
from PIL import Image
from torchvision.transforms import functional

FACTORS = [0, 0.01, 0.1, 0.3, 1 / 3, 0.5, 0.7, 0.99, 1, 1.01, 1.1, 1.27, 1.5, 1.9, 1.99, 3]


def generate(width, height, channels, seed):
    """A slope with noise, as in levels.test.ts: the seed says how steep, and how much."""
    levels = bytearray()
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                noise = ((x * 7919 + y * 104729 + c * 1299709 + seed * 15485863) * 2654435761 % 2**32) >> 24
                slope = x * (1 + seed % 3) + y * (3 - c) + 40 * c
                levels.append((slope + (noise >> seed % 6)) & 255)
    return Image.frombytes("RGB" if channels == 3 else "L", (width, height), bytes(levels))


def colours():
    """32 levels of each of red, green and blue, with each other."""
    i = numpy.arange(2**15)
    levels = numpy.stack([(i & 31) * 8 + (i >> 12), (i >> 5 & 31) * 8 + (i & 7), (i >> 10 & 31) * 255 // 31], axis=-1)
    return Image.fromarray(levels.astype(numpy.uint8).reshape(128, 256, 3))


def changed(image, op, value):
    match op:
        case "brightness":
            return functional.adjust_brightness(image, value)
        case "contrast":
            return functional.adjust_contrast(image, value)
        case "saturation":
            return functional.adjust_saturation(image, value)
        case "sharpness":
            return functional.adjust_sharpness(image, value)
        case "hue":
            return functional.adjust_hue(image, value)
        case "posterize":
            return functional.posterize(image, value)
        case "solarize":
            return functional.solarize(image, value)
        case "gray":
            return functional.rgb_to_grayscale(image, num_output_channels=len(image.getbands()))
        case "autoContrast":
            return functional.autocontrast(image)
        case "equalize":
            return functional.equalize(image)


OPERATIONS = (
    [(op, factor) for op in ("brightness", "contrast", "saturation", "sharpness") for factor in FACTORS]
    + [("hue", turns) for turns in (-0.5, -0.31, -0.1, -0.002, 0, 0.01, 0.05, 0.125, 0.2, 1 / 3, 0.5)]
    + [("posterize", bits) for bits in range(2, 9)]
    + [("solarize", threshold) for threshold in (0, 8.5, 127, 127.5, 200, 255)]
    + [(op, 0) for op in ("gray", "autoContrast", "equalize")]
)
SIZES = [(1, 1, 3), (2, 5, 3), (3, 3, 3), (16, 16, 3), (33, 20, 3), (64, 64, 3), (64, 40, 1)]


def checksum(images):
    return hashlib.sha256(b"".join(image.tobytes() for image in images)).hexdigest()[:16]


def blurs():
    for sigma, size in (0.1, (9, 6, 1)), (0.6, (12, 9, 3)), (1, (13, 10, 1)), (2, (16, 11, 3)), (5, (20, 17, 1)):
        side = 2 * math.ceil(3 * sigma) + 1  # three standard deviations to each side
        blurred = functional.gaussian_blur(generate(*size, 1), side, sigma)
        yield {"sigma": sigma, "size": size, "levels": list(blurred.tobytes())}


def main():
    cases = []
    for op, value in OPERATIONS:
        images = [generate(*size, seed) for seed, size in enumerate(SIZES)] + [colours()]
        sum = checksum(changed(image, op, value) for image in images)
        cases.append({"op": op, "value": value, "checksum": sum})
    print("{")
    print(
        f'  "source": "torchvision {torchvision.__version__.split("+")[0]}, Pillow {PIL.__version__}, by tooling/goldens/augmentation.py",'
    )
    print(f'  "sizes": {json.dumps(SIZES)},')
    print('  "cases": [\n    ' + ",\n    ".join(json.dumps(case) for case in cases) + "\n  ],")
    print('  "blurs": [\n    ' + ",\n    ".join(json.dumps(case) for case in blurs()) + "\n  ]\n}")


main()
