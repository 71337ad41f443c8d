"""Image folders as arrays of bytes, decoded by Pillow and kept beside."""

import hashlib
import pathlib

import numpy
from PIL import Image


def folder(path, size, cache):
    """Images [count, size, size, 3] as uint8, and labels, of a folder with one subfolder a class, in order of their names."""
    path = pathlib.Path(path).resolve()
    kept = pathlib.Path(cache) / f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}-{size}.npz"
    if not kept.exists():
        images, labels = [], []
        for label, name in enumerate(sorted(each for each in path.iterdir() if each.is_dir())):
            for file in sorted(name.iterdir()):
                image = Image.open(file).convert("RGB")
                if image.size != (size, size):
                    image = image.resize((size, size), Image.BILINEAR)
                images.append(numpy.asarray(image))
                labels.append(label)
        kept.parent.mkdir(parents=True, exist_ok=True)
        numpy.savez(kept, images=numpy.stack(images), labels=numpy.array(labels))
    arrays = numpy.load(kept)
    return arrays["images"], arrays["labels"]
