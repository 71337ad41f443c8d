"""Decodes images with Pillow by the rules of docs/images.md, for packages/data to compare with:

    python tooling/goldens/decode.py FOLDER FILE...                       (Pillow, numpy)
    python tooling/goldens/decode.py --resize FILTER WIDTH HEIGHT FOLDER FILE...
    python tooling/goldens/decode.py --gray --resize FILTER WIDTH HEIGHT FOLDER FILE...

Writes FOLDER/<position>.rgb for each file, gray levels with --gray, and prints a line of JSON: a list of [width, height], or of a sentence where Pillow
refuses a file. Pillow keeps only the upper byte of 16-bit colours.
"""

import json
import sys
from pathlib import Path

import numpy
from PIL import Image, ImageOps


def decode(path):
    with Image.open(path) as opened:
        image = ImageOps.exif_transpose(opened)
        if image.mode.startswith("I"):
            gray = (numpy.asarray(image).astype(numpy.uint32) + 128) // 257
            rgb = numpy.repeat(gray.astype(numpy.uint8)[..., None], 3, axis=2)
            key = opened.info.get("transparency")
            if key is not None:
                rgb[numpy.asarray(image) == key] = 255
            return Image.fromarray(rgb)
        if image.has_transparency_data:
            rgba = numpy.asarray(image.convert("RGBA")).astype(numpy.uint32)
            alpha = rgba[..., 3:]
            over = (rgba[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255
            return Image.fromarray(over.astype(numpy.uint8))
        return image.convert("RGB")


def main(arguments):
    size = None
    gray = arguments[0] == "--gray"
    if gray:
        arguments = arguments[1:]
    if arguments[0] == "--resize":
        filter = Image.Resampling[arguments[1].upper()]
        size, arguments = (int(arguments[2]), int(arguments[3])), arguments[4:]
    folder, files = Path(arguments[0]), arguments[1:]
    sizes = []
    for position, file in enumerate(files):
        try:
            image = decode(file)
        except Exception as error:  # a broken file may raise any of them
            sizes.append(f"{type(error).__name__}: {error}")
            continue
        if gray:
            image = image.convert("L")
        if size is not None:
            image = image.resize(size, filter)
        (folder / f"{position}.rgb").write_bytes(image.tobytes())
        sizes.append(image.size)
    print(json.dumps(sizes))


main(sys.argv[1:])
