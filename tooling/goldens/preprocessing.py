"""Prints what Keras, torchvision and timm make of generated images, from 8-bit pixels to the network's input:

    KERAS_BACKEND=torch python tooling/goldens/preprocessing.py > packages/core/src/classify/preprocessing-goldens.json

Of each image, the checksum of its levels before normalization, and some values after it. Levels are found by undoing the
normalization, so that a transform is run as it is.
"""

import hashlib
import io
import json

import with_torchvision  # noqa: F401 (before torchvision)

import keras
import numpy
import PIL
import timm
import torchvision
from keras.applications.imagenet_utils import preprocess_input
from keras.utils import img_to_array, load_img
from PIL import Image
from timm.data import create_transform, resolve_data_config
from timm.models import get_pretrained_cfg
from torchvision.models import get_model_weights

SIZES = [
    *[(500, 375), (375, 500), (640, 427), (225, 400), (256, 256), (224, 224), (223, 225)],
    *[(33, 57), (100, 99), (1, 1), (1, 300), (300, 1), (7, 480), (1024, 31)],
]
KINDS = ["noise", "slopes", "shapes", "gray"]


def generate(kind, width, height):
    """[height, width, 3], as in preprocessing-goldens.test.ts."""
    y, x, c = numpy.meshgrid(range(height), range(width), range(3), indexing="ij")
    mixed = (x * 7919 + y * 104729 + c * 1299709 + 1) * 2654435761 % 2**32
    noise = (mixed ^ (mixed >> 15)) % 65521 >> 8
    shapes = x * (5 + 2 * c) + y * (11 - 3 * c) + ((x * y) >> 3) * (c + 1) + (((x >> 3) ^ (y >> 3)) & 1) * 97
    slopes = [x * 255 // max(1, width - 1), y * 255 // max(1, height - 1), (x + y) * 255 // max(1, width + height - 2)]
    pixels = {
        "noise": noise,
        "slopes": numpy.choose(c, slopes),
        "shapes": (shapes % 256) * 3 // 4 + noise // 4,
        "gray": noise[:, :, :1].repeat(3, 2),
    }
    return pixels[kind].astype(numpy.uint8)


def by_torch(transform, mean, std):
    """A transform of torchvision or timm, as a function of pixels that returns levels and values."""

    def run(pixels):
        values = transform(Image.fromarray(pixels)).numpy().transpose(1, 2, 0)
        return (values * numpy.array(std) + numpy.array(mean)) * 255, values

    return run


def by_torchvision(name, weights):
    transform = get_model_weights(name)[weights].transforms()
    return transform.crop_size[0], by_torch(transform, transform.mean, transform.std)


def by_timm(tag, **options):
    config = resolve_data_config(options, pretrained_cfg=get_pretrained_cfg(tag).to_dict(), use_test_size=True)
    return config["input_size"][1], by_torch(create_transform(**config), config["mean"], config["std"])


def by_keras(mode, interpolation):
    def run(pixels):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "png")
        image = img_to_array(load_img(file, target_size=(224, 224), interpolation=interpolation))
        values = preprocess_input(image[None].copy(), mode=mode)[0]
        if mode == "caffe":
            return (values + [103.939, 116.779, 123.68])[..., ::-1], values
        if mode == "tf":
            return (values + 1) * 127.5, values
        return (values * [0.229, 0.224, 0.225] + [0.485, 0.456, 0.406]) * 255, values

    return 224, run


TRANSFORMS = {
    "torchvision resnet18 IMAGENET1K_V1": by_torchvision("resnet18", "IMAGENET1K_V1"),
    "torchvision resnet50 IMAGENET1K_V2": by_torchvision("resnet50", "IMAGENET1K_V2"),
    "timm resnet50.tv_in1k": by_timm("resnet50.tv_in1k"),
    "timm resnet50.tv2_in1k": by_timm("resnet50.tv2_in1k"),
    "timm resnet50.gluon_in1k": by_timm("resnet50.gluon_in1k"),
    "timm resnet26d.bt_in1k": by_timm("resnet26d.bt_in1k"),
    "timm resnet18.a1_in1k": by_timm("resnet18.a1_in1k"),
    "timm resnet18d.ra4_e3600_r224_in1k": by_timm("resnet18d.ra4_e3600_r224_in1k"),
    "timm 0.9": by_timm("resnet18.a1_in1k", input_size=(3, 176, 176), crop_pct=0.9),
    "timm squash": by_timm("resnet18.gluon_in1k", crop_mode="squash"),
    "timm squash 1.0": by_timm("resnet18.tv_in1k", crop_mode="squash", crop_pct=1.0),
    "keras caffe nearest": by_keras("caffe", "nearest"),
    "keras tf nearest": by_keras("tf", "nearest"),
    "keras torch bilinear": by_keras("torch", "bilinear"),
    "keras caffe bicubic": by_keras("caffe", "bicubic"),
}


def golden(size, kind, run):
    levels, values = run(generate(kind, *size))
    whole = numpy.rint(levels)
    assert numpy.abs(levels - whole).max() < 0.01
    positions = [i * 104729 % values.size for i in range(4)]
    checksum = hashlib.sha256(whole.astype(numpy.uint8).tobytes()).hexdigest()[:16]
    return [kind, *size, checksum, *(round(float(values.reshape(-1)[at]), 6) for at in positions)]


def main():
    versions = [f"{package.__name__} {package.__version__.split('+')[0]}" for package in (torchvision, timm, keras, PIL)]
    print("{")
    print(f'  "source": "{", ".join(versions)}, by tooling/goldens/preprocessing.py",')
    print('  "columns": ["kind", "width", "height", "checksum of levels", "values 0, 104729, 209458 and 314187 after normalization"],')
    print('  "transforms": {')
    parts = []
    for number, (name, (side, run)) in enumerate(TRANSFORMS.items()):
        rows = [golden(size, KINDS[(index + number) % len(KINDS)], run) for index, size in enumerate(SIZES)]
        lines = ",\n        ".join(json.dumps(row) for row in rows)
        parts.append(f'    "{name}": {{\n      "side": {side},\n      "images": [\n        {lines}\n      ]\n    }}')
    print(",\n".join(parts) + "\n  }\n}")


main()
