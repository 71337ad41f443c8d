"""Checks the ONNX files of generated weights that written-onnx.mjs wrote, and compares what onnxruntime makes of its images, and
what torchvision or Keras does with the weights in the file, by their names: see written-onnx.mjs.

    python tooling/goldens/written_onnx.py FOLDER [NETWORK...]
"""

import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import numpy
import onnx
import onnxruntime
import torch
import with_torchvision  # before torchvision
import torchvision
import keras

TOLERANCE = 1e-4
folder = pathlib.Path(sys.argv[1])
failed = False


def report(what, found, known):
    global failed
    error = float(numpy.abs(found - known).max() / numpy.abs(known).max()) if found.shape == known.shape else float("inf")
    failed |= not error <= TOLERANCE
    print(f"{what}: {error:.1e}{'' if error <= TOLERANCE else ' WRONG'}", flush=True)


def run(path, images):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["logits"], {"images": images})[0]


def in_torchvision(name, weights, images, classes):
    model = getattr(torchvision.models, name)(num_classes=classes).eval()
    missing, unexpected = model.load_state_dict({key: torch.from_numpy(value) for key, value in weights.items()}, strict=False)
    assert not unexpected and all(key.endswith("num_batches_tracked") for key in missing), (missing, unexpected)
    with torch.no_grad():
        return model(torch.from_numpy(images)).numpy()


def in_keras(name, weights, images, classes):
    builder = {"keras/resnet50v2": "ResNet50V2"}[name]
    model = getattr(keras.applications, builder)(
        weights=None, input_shape=(*images.shape[2:], 3), classes=classes, classifier_activation=None
    )
    for layer in model.layers:
        axes = {"Conv2D": (2, 3, 1, 0), "Dense": (1, 0)}.get(type(layer).__name__)
        values = [weights.pop(f"{layer.name}/{variable.name}") for variable in layer.variables]
        layer.set_weights([value.transpose(axes) if value.ndim > 1 else value for value in values])
    assert not weights, list(weights)
    return model.predict(images.transpose(0, 2, 3, 1), verbose=0)


for name in sys.argv[2:] or sorted(path.name for path in folder.iterdir()):
    for path in sorted((folder / name.replace("/", "-")).glob("ours*.onnx")):
        onnx.checker.check_model(path, full_check=True)
        model = onnx.load(path)
        sizes = [size.dim_param or size.dim_value for size in model.graph.input[0].type.tensor_type.shape.dim]
        images = numpy.fromfile(f"{path}.images.f32", numpy.float32).reshape(-1, *sizes[1:])
        known = numpy.fromfile(f"{path}.logits.f32", numpy.float32).reshape(len(images), -1)
        inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
        assert sizes[0] == "batch" and len(inferred.graph.value_info) == len(model.graph.node) - 1
        what = f"{path.parent.name} {path.name}"
        report(f"{what} in Python's onnxruntime", run(path, images), known)
        report(f"{what} in Python's onnxruntime, one image", run(path, images[:1]), known[:1])
        if path.name != "ours.onnx" or path.parent.name.startswith("cifar"):
            continue
        weights = {each.name: onnx.numpy_helper.to_array(each).copy() for each in model.graph.initializer}
        for constant in [key for key in weights if key.endswith((".pads", ".value"))]:
            del weights[constant]
        source = model.metadata_props[0].value
        compute = in_keras if source.startswith("keras/") else in_torchvision
        report(f"{what} in {'Keras' if compute is in_keras else 'torchvision'}, by the names of its weights",
               compute(source, weights, images, known.shape[1]), known)
sys.exit(failed)
