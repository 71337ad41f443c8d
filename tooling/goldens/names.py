"""Writes packages/core/src/network/source-names-goldens.json: the names and shapes of parameters, and the names of layers, as the
sources of networks have them.

    python tooling/goldens/names.py PRETRAINED        (torch, torchvision, timm, keras, tensorflow, h5py)
    node tooling/goldens/names.mjs | python tooling/goldens/names.py PRETRAINED --compare

PRETRAINED is the folder with the weights of CIFAR's networks and mlperf-tiny-resnet8.h5. With --compare it writes nothing, and compares the
names of every network of the catalogue that these sources have. PyTorch's num_batches_tracked, a counter that no inference
takes, is left out. Layers in PyTorch are named as torchvision's feature extraction names them.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import torch

import with_torchvision  # noqa: F401 (before torchvision)

import h5py
import keras
import timm
import torchvision
from torchvision.models.feature_extraction import get_graph_node_names

STORED = [
    *["resnet18", "resnet50", "resnext50_32x4d", "resnet26d", "seresnet50"],
    *["keras/resnet50", "keras/resnet50v2", "cifar/resnet20", "mlperf/resnet8"],
]
KERAS = {f"keras/{name.lower()}": name for name in dir(keras.applications) if name.startswith("ResNet") and name[6].isdigit()}
CIFAR = {"cifar/resnet20": "resnet20-12fca82f.th", "cifar/resnet32": "resnet32-d509ac18.th"}
target = Path(__file__).parents[2] / "packages/core/src/network/source-names-goldens.json"
pretrained = Path(sys.argv[1])


def of_source(name):
    """A network's names by its source; None for a network that none of them has."""
    if name in KERAS:
        keras.backend.clear_session()
        model = getattr(keras.applications, KERAS[name])(weights=None)
        parameters = {weight.path: weight.shape for weight in model.weights}
        return described(parameters, [layer.name for layer in model.layers[1:]])
    if name == "mlperf/resnet8":
        return mlperf()
    if name in CIFAR:
        state = torch.load(pretrained / CIFAR[name], map_location="cpu", weights_only=True)["state_dict"]
        return described({key.removeprefix("module."): value.shape for key, value in state.items()}, None)
    if "/" in name:
        return None
    with torch.device("meta"):
        model = torchvision_model(name) if hasattr(torchvision.models, name) else timm.create_model(name)
    _, layers = get_graph_node_names(model)
    state = model.state_dict().items()
    return described({key: value.shape for key, value in state if not key.endswith("num_batches_tracked")}, layers[1:])


def torchvision_model(name):
    return getattr(torchvision.models, name)()


def mlperf():
    parameters = {}
    with h5py.File(pretrained / "mlperf-tiny-resnet8.h5") as file:
        # weight_names: conv2d/kernel:0
        for layer in file["model_weights"].values():
            for key in layer.attrs["weight_names"]:
                parameters[text(key).removesuffix(":0")] = layer[key].shape
        layers = json.loads(file.attrs["model_config"])["config"]["layers"]
    return described(parameters, [layer["config"]["name"] for layer in layers[1:]])


def text(key):
    return key.decode() if isinstance(key, bytes) else key


def described(parameters, layers):
    shapes = [f"{name} {list(map(int, shape))}" for name, shape in parameters.items()]
    return {"parameters": shapes, **({} if layers is None else {"layers": layers})}


def compare(ours):
    differing = 0
    for name, own in ours.items():
        source = of_source(name)
        if source is None:
            print(f"{name}: no source")
            continue
        parameters = set(own["parameters"]) ^ set(source["parameters"])
        layers = set(own["layers"]) - set(source.get("layers", own["layers"]))
        differing += len(parameters)
        print(f"{name}: {len(source['parameters'])} parameters, {len(parameters)} differ; {len(layers)} layers of ours alone: {sorted(layers)[:2]}")
    return 1 if differing else 0


if "--compare" in sys.argv:
    sys.exit(compare(json.load(sys.stdin)))
goldens = {name: of_source(name) for name in STORED}
target.write_text(json.dumps(goldens, indent=1) + "\n")
