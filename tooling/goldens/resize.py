"""Prints checksums of generated images resized by Pillow:

    python tooling/goldens/resize.py > packages/core/src/images/resize-goldens.json    (Pillow 12)
"""

import hashlib
import json
import random

import PIL
from PIL import Image

FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def generate(width, height, channels):
    """Slopes, curves and a checkerboard, as in resize.test.ts."""
    data = bytearray()
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                check = ((x >> 3) ^ (y >> 3)) & 1
                data.append((x * (5 + 2 * c) + y * (11 - 3 * c) + ((x * y) >> 3) * (c + 1) + check * 97) & 255)
    return Image.frombytes("RGB" if channels == 3 else "L", (width, height), bytes(data))


def main():
    generator = random.Random(0)
    sides = [1, 2, 3, 7, 16, 33, 64, 100]
    sizes = list(zip(zip(sides, sides[::-1]), zip(sides[3:] + sides[:3], sides[5:] + sides[:5])))
    sizes += [((1, 1), (5, 9)), ((50, 40), (1, 1)), ((50, 40), (50, 7)), ((50, 40), (8, 40)), ((50, 40), (50, 40))]
    sizes += [((320, 213), (64, 64)), ((213, 320), (224, 224)), ((97, 3), (3, 97))]
    for _ in range(40):
        sizes.append(tuple((generator.randint(1, 120), generator.randint(1, 120)) for _ in range(2)))
    cases = []
    for index, (source, result) in enumerate(sizes):
        channels = 1 if index % 4 == 3 else 3
        image = generate(*source, channels)
        checksums = {
            name: hashlib.sha256(image.resize(result, filter).tobytes()).hexdigest()[:16]
            for name, filter in FILTERS.items()
        }
        cases.append({"from": source, "to": result, "channels": channels, **checksums})
    print("{")
    print(f'  "source": "Pillow {PIL.__version__}, Image.resize, by tooling/goldens/resize.py",')
    print('  "cases": [\n    ' + ",\n    ".join(json.dumps(case) for case in cases) + "\n  ]\n}")


main()
