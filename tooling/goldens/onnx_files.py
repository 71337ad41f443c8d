"""Writes ONNX files of generated networks as PyTorch's two exporters and Keras's do, with what onnxruntime computes of them; see
onnx-files.mjs.

    python tooling/goldens/onnx_files.py FOLDER [NETWORK...]
"""

import json
import pathlib
import sys
import warnings

import family_cifar
import family_torch  # before torchvision
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
SIDE = {"cifar": 32}


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
        (argument,) = [each for each in model.forward.__code__.co_varnames[1:2]]
        more["dynamic_shapes"] = {argument: more["dynamic_shapes"]["x"]}
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
    (logits,) = session.run(None, {session.get_inputs()[0].name: images})
    path.with_suffix(".json").write_text(json.dumps({"shape": images.shape, "images": images.ravel().tolist(), "logits": logits.ravel().tolist()}))


def main():
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or NETWORKS:
        side = 32 if name.startswith("cifar/") else 64
        model = generated(NETWORKS[name]())
        images = torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(8))
        variants = FEW[name].split() if name in FEW else EXPORTS
        for variant in variants:
            path = folder / f"{name.replace('/', '-')}-{variant}.onnx"
            try:
                export(model, images, path, variant)
            except Exception as error:
                print(f"{path.name}: not written: {type(error).__name__}: {str(error)[:200]}")
                continue
            record(path, images.numpy())
            nodes = [each.op_type for each in onnx.load(path, load_external_data=False).graph.node]
            print(f"{path.name}: {len(nodes)} nodes, {', '.join(sorted(set(nodes)))}", flush=True)


main()
