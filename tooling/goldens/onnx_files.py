"""Writes ONNX files of generated networks as PyTorch's two exporters and Keras's do, with what onnxruntime computes of them; see
onnx-files.mjs.

    python tooling/goldens/onnx_files.py FOLDER [NETWORK...]
"""

import json
import os
import pathlib
import shutil
import sys
import warnings

os.environ["KERAS_BACKEND"] = "torch"

import family_cifar
import family_torch  # before torchvision
import keras
import numpy
import onnx
import onnxruntime
import timm
import torch
import torchvision
from torch.onnx import TrainingMode

warnings.filterwarnings("ignore")
folder = pathlib.Path(sys.argv[1])
CLASSES = 7


def cifar(name):
    return family_cifar.NETWORKS[name](CLASSES)


NETWORKS = {
    "resnet18": lambda: torchvision.models.resnet18(num_classes=CLASSES),
    "resnet50": lambda: torchvision.models.resnet50(num_classes=CLASSES),
    "resnext50_32x4d": lambda: torchvision.models.resnext50_32x4d(num_classes=CLASSES),
    "seresnet50": lambda: timm.create_model("seresnet50", num_classes=CLASSES),
    "resnet50d": lambda: timm.create_model("resnet50d", num_classes=CLASSES),
    "cifar/resnet20": lambda: cifar("cifar/resnet20"),
    "cifar/wrn16_4": lambda: cifar("cifar/wrn16_4"),
    "cifar/preresnet110": lambda: cifar("cifar/preresnet110"),
}

# The exporter, the version of the operators, and what more it is told.
EXPORTS = {
    "old-11": (False, 11, {}),
    "old-13": (False, 13, {}),
    "old-17": (False, 17, {}),
    "old-18": (False, 18, {}),
    "old-20": (False, 20, {}),
    "old-kept-13": (False, 13, {"training": TrainingMode.PRESERVE, "do_constant_folding": False}),
    "old-any-17": (False, 17, {"dynamic_axes": {"images": {0: "batch", 2: "height", 3: "width"}}}),
    "new-18": (True, 18, {}),
    "new-20": (True, 20, {}),
    "new-kept-18": (True, 18, {"optimize": False}),
    "new-any-18": (True, 18, {"dynamic_shapes": {"x": {0: torch.export.Dim("batch")}}}),
}
# The largest networks in fewer ways.
FEW = {"seresnet50": "old-11 old-kept-13 old-any-17 new-18 new-kept-18", "cifar/preresnet110": "old-11 new-18"}


def generated(model):
    """Values under which activations keep their size, and statistics that aren't 0 and 1."""
    torch.manual_seed(7)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.weight, 0.5, 0.1)
            torch.nn.init.normal_(module.bias, 0, 0.1)
            torch.nn.init.normal_(module.running_mean, 0, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    return model.eval()


def export(model, images, path, variant):
    dynamo, opset, more = EXPORTS[variant]
    more = dict(more)
    if "dynamic_shapes" in more:
        more["dynamic_shapes"] = {model.forward.__code__.co_varnames[1]: more["dynamic_shapes"]["x"]}
    torch.onnx.export(
        model,
        (images,),
        str(path),
        dynamo=dynamo,
        opset_version=opset,
        input_names=["images"],
        output_names=["logits"],
        **({"external_data": False, "verbose": False} if dynamo else {}),
        **more,
    )


def record(path, images):
    """The image, and what onnxruntime computes of it, beside the file."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    images = numpy.asarray(images, numpy.float32)
    (result,) = session.run(None, {session.get_inputs()[0].name: images})
    nodes = onnx.load(path, load_external_data=False).graph.node
    facts = {"shape": images.shape, "isChannelsLast": images.shape[-1] == 3, "isSoftmax": nodes[-1].op_type == "Softmax"}
    values = {"images": images.ravel().tolist(), "result": result.ravel().tolist()}
    path.with_suffix(".json").write_text(json.dumps({**facts, **values}))
    types = sorted({each.op_type for each in nodes})
    print(f"{path.name}: {len(nodes)} nodes, {', '.join(types)}", flush=True)


def torch_files(name):
    side = 32 if name.startswith("cifar/") else 64
    model = generated(NETWORKS[name]())
    images = torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(8))
    for variant in FEW[name].split() if name in FEW else EXPORTS:
        path = folder / f"{name.replace('/', '-')}-{variant}.onnx"
        export(model, images, path, variant)
        record(path, images)


def keras_file(path, network):
    """A network of keras.applications with other values than 0 and 1 for statistics, as Keras exports it: through torch.onnx."""
    model = network(weights=None, input_shape=(64, 64, 3), classes=CLASSES)
    generator = numpy.random.default_rng(7)
    ranges = {"gamma": (0.3, 0.7), "moving_variance": (0.5, 1.5), "moving_mean": (-0.1, 0.1), "beta": (-0.1, 0.1), "bias": (-0.1, 0.1)}
    for variable in model.weights:
        if variable.name in ranges:
            variable.assign(generator.uniform(*ranges[variable.name], variable.shape))
    images = generator.normal(size=(2, 64, 64, 3))
    model(images.astype("float32"))
    model.export(path, format="onnx", verbose=False)
    record(path, images)


def light_file(path):
    """The ResNet-50 of onnx's own tests: operators 9, weights of one value each, tensors among the inputs."""
    shutil.copy(pathlib.Path(onnx.__file__).parent / "backend/test/data/light/light_resnet50.onnx", path)
    record(path, numpy.random.default_rng(7).normal(size=(1, 3, 224, 224)))


OTHERS = {
    "keras-resnet50": lambda path: keras_file(path, keras.applications.ResNet50),
    "keras-resnet50v2": lambda path: keras_file(path, keras.applications.ResNet50V2),
    "light_resnet50": light_file,
}


def main():
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or [*NETWORKS, *OTHERS]:
        if name in NETWORKS:
            torch_files(name)
        else:
            OTHERS[name](folder / f"{name}.onnx")


main()
