"""Prints what torchvision, timm and Keras say of the weights that they publish for networks of our catalogue:

    KERAS_BACKEND=torch python tooling/goldens/published_weights.py > packages/weights/src/pretrained/published-rows.ts
"""

import importlib.metadata
import math
import re

import with_torchvision  # noqa: F401 (before torchvision)

import keras
import numpy
from keras.src.applications.imagenet_utils import preprocess_input
from keras.src.applications.resnet import BASE_WEIGHTS_PATH, WEIGHTS_HASHES
from timm.data import create_transform, resolve_data_config
from timm.models import get_pretrained_cfg, list_pretrained
from torchvision.models import get_model_weights, list_models
from torchvision.transforms import CenterCrop, Resize

NETWORKS = [
    *["resnet18", "resnet18d", "resnet26", "resnet26d", "resnet34", "resnet50", "resnet50d", "resnet101", "resnet101d"],
    *["resnet152", "seresnet50", "seresnext50_32x4d", "resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d"],
    *["wide_resnet50_2", "wide_resnet101_2"],
]
NORMALIZATIONS = {(0.485, 0.456, 0.406, 0.229, 0.224, 0.225): "torch", (0.5,) * 6: "tf"}


def normalization(mean, std):
    return NORMALIZATIONS[(*mean, *std)]


def torchvision_rows(network):
    assert get_model_weights(network).DEFAULT == list(get_model_weights(network))[-1]
    for weights in get_model_weights(network):
        transform = weights.transforms()
        (side,), (resized,) = transform.crop_size, transform.resize_size
        # A share with three digits that gives this size.
        share = math.floor(1000 * side / resized) / 1000
        assert math.floor(side / share) == resized and len(weights.meta["categories"]) == 1000
        figures = weights.meta["_metrics"]["ImageNet-1K"]
        row = {
            "source": "torchvision",
            "side": side,
            "interpolation": transform.interpolation.value,
            "cropShare": share,
            "normalization": normalization(transform.mean, transform.std),
            "accuracy": [figures["acc@1"], figures["acc@5"]],
            "sha256": re.search(r"-([0-9a-f]{8})\.pth$", weights.url)[1],
        }
        assert weights.url == f"https://download.pytorch.org/models/{network}-{row['sha256']}.pth"
        yield f"{network}.{weights.name}", row


def timm_rows(network):
    for tag in list_pretrained(f"{network}.*"):
        config = get_pretrained_cfg(tag)
        assert (config.num_classes, config.crop_mode, config.input_size[0]) == (1000, "center", 3), tag
        assert config.hf_hub_id == f"timm/{tag}"
        for test in False, True:
            resolved = resolve_data_config(pretrained_cfg=config.to_dict(), use_test_size=test)
            resize, crop = create_transform(**resolved).transforms[:2]
            assert isinstance(resize, Resize) and isinstance(crop, CenterCrop)
            assert crop.size == resolved["input_size"][1:]
            assert resize.size == math.floor(crop.size[0] / resolved["crop_pct"])
            assert resize.interpolation.value == resolved["interpolation"]
        row = {
            "source": "timm",
            "side": config.input_size[1],
            "interpolation": config.interpolation,
            "cropShare": config.crop_pct,
        }
        if config.test_input_size is not None:
            row["test"] = {"side": config.test_input_size[1], "cropShare": config.test_crop_pct or config.crop_pct}
        yield tag, {
            **row,
            "normalization": normalization(config.mean, config.std),
            "license": config.license,
        }


def keras_rows():
    pixels = numpy.arange(48, dtype="float32").reshape(1, 4, 4, 3)
    for name in "resnet50", "resnet101", "resnet152", "resnet50v2", "resnet101v2", "resnet152v2":
        module = keras.applications.resnet_v2 if name.endswith("v2") else keras.applications.resnet
        mode = "tf" if name.endswith("v2") else "caffe"
        assert (module.preprocess_input(pixels.copy()) == preprocess_input(pixels.copy(), mode=mode)).all()
        yield f"keras/{name}.imagenet", {
            "source": "keras",
            "side": 224,
            "interpolation": "nearest",
            "cropShare": 1,
            "normalization": mode,
            "md5": WEIGHTS_HASHES[name][0],
        }


# What most of a source's weights have; packages/weights/src/pretrained/published-weights.ts has the same.
USUAL = {
    "torchvision": {"side": 224, "interpolation": "bilinear", "cropShare": 0.875, "normalization": "torch"},
    "timm": {
        **{"side": 224, "interpolation": "bicubic", "cropShare": 0.875, "normalization": "torch"},
        "license": "apache-2.0",
    },
    "keras": {"side": 224, "interpolation": "nearest", "cropShare": 1, "normalization": "caffe"},
}


def unusual(row):
    usual = USUAL[row["source"]]
    return {key: value for key, value in row.items() if usual.get(key) != value}


def literal(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key}: {literal(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return f"'{value}'" if isinstance(value, str) else f"{value:g}"


def main():
    rows = {}
    for network in NETWORKS:
        if network in list_models(module=None):
            rows.update(torchvision_rows(network))
        rows.update(timm_rows(network))
    rows.update(keras_rows())
    assert BASE_WEIGHTS_PATH == "https://storage.googleapis.com/tensorflow/keras-applications/resnet/"
    versions = {name: importlib.metadata.version(name) for name in ("torchvision", "timm", "keras")}
    print(f"""// By tooling/goldens/published_weights.py, from what these packages say of the weights that they publish: torchvision {versions["torchvision"]}
// (torchvision/models/resnet.py, BSD-3-Clause), timm {versions["timm"]} (timm/models/resnet.py, Apache-2.0) and Keras {versions["keras"]}
// (keras/src/applications/resnet.py, Apache-2.0).
// biome-ignore-all format: a row a line
import type {{ PublishedRow }} from './published-row.js';

/** By name: the network's in the catalogue, and the tag that the weights have at their source. What is usual there is left out. */
export const publishedRows = {{""")
    for name, row in rows.items():
        print(f"  '{name}': {literal(unusual(row))},")
    print("} as const satisfies Readonly<Record<string, PublishedRow>>;")


if __name__ == "__main__":
    main()
