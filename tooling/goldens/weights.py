"""Reads the files of generated weights that weights.mjs wrote with PyTorch, timm, torchvision and Keras, computes their logits, and
writes the same weights as these frameworks do: see weights.mjs.

    python tooling/goldens/weights.py FOLDER [NETWORK...]
"""

import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import family_torch  # before torchvision
import numpy
import torch
import keras
import timm
import torchvision
from safetensors.torch import load_file, save_file


TOLERANCE = 1e-4
ALL = "resnet18 resnet50 resnext50_32x4d seresnet50 resnet50d keras/resnet50 keras/resnet50v2 cifar/resnet20 mlperf/resnet8".split()
folder = pathlib.Path(sys.argv[1])
failed = False


def distance(a, b):
    return float(numpy.linalg.norm(a - b) / numpy.linalg.norm(b))


def report(name, what, logits, known):
    global failed
    error = distance(logits, known)
    failed |= not error <= TOLERANCE
    print(f"{name} {what}: logits {error:.1e}{'' if error <= TOLERANCE else ' WRONG'}", flush=True)


def torch_model(name):
    if name == "cifar/resnet20":
        return None
    return (
        getattr(torchvision.models, name)(num_classes=7)
        if hasattr(torchvision.models, name)
        else timm.create_model(name, num_classes=7)
    )


def with_torch(name, place, images, known):
    model = torch_model(name)
    if model is None:
        return
    for ending, load in {
        "pth": lambda path: torch.load(path, weights_only=True),
        "safetensors": load_file,
    }.items():
        model.load_state_dict(load(str(place / f"ours.{ending}")), strict=True)
        model.eval()
        with torch.no_grad():
            logits = model(torch.from_numpy(images.transpose(0, 3, 1, 2).copy())).numpy()
        report(name, f"ours.{ending} in PyTorch", logits, known)
    state = model.state_dict()
    torch.save(state, place / "theirs.pth")
    torch.save({"epoch": 3, "state_dict": {f"module.{key}": value for key, value in state.items()}},
               place / "theirs-legacy.pth", _use_new_zipfile_serialization=False)
    save_file(state, place / "theirs.safetensors", metadata={"format": "pt"})


def softmax(logits):
    powers = numpy.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def with_keras(name, place, images, known):
    keras.backend.clear_session()
    model = keras.models.load_model(place / "ours.keras")
    report(name, "ours.keras in Keras, probabilities", model.predict(images, verbose=0), softmax(known))
    zeros = [numpy.zeros_like(value) for value in model.get_weights()]
    model.set_weights(zeros)
    model.load_weights(place / "ours.weights.h5")
    report(name, "ours.weights.h5 in Keras, probabilities", model.predict(images, verbose=0), softmax(known))
    model.save(place / "theirs.keras")
    model.save_weights(place / "theirs.weights.h5")
    model.save(place / "theirs.h5")
    if name.startswith("keras/"):
        builder = {"keras/resnet50": "ResNet50", "keras/resnet50v2": "ResNet50V2"}[name]
        own = getattr(keras.applications, builder)(weights=None, input_shape=images.shape[1:], classes=7)
        own.load_weights(place / "ours.weights.h5")
        report(name, f"ours.weights.h5 in keras.applications.{builder}", own.predict(images, verbose=0), softmax(known))
        own.save_weights(place / "theirs-own.weights.h5")
        own.save(place / "theirs-own.keras")
        own.save(place / "theirs-own.h5")


for name in sys.argv[2:] or ALL:
    place = folder / name.replace("/", "-")
    known = numpy.fromfile(place / "logits.f32", numpy.float32).reshape(2, 7)
    side = 32 if name in ("cifar/resnet20", "mlperf/resnet8") else 64
    images = numpy.fromfile(place / "images.f32", numpy.float32).reshape(2, side, side, 3)
    if not name.startswith(("keras/", "mlperf/")):
        with_torch(name, place, images, known)
    with_keras(name, place, images, known)
sys.exit(failed)
