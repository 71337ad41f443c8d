"""Keras Applications' networks, and MLPerf Tiny's ResNet-8 from the graph in its file, run by TensorFlow."""

import json
import math
import os
import re
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# oneDNN of TensorFlow 2.21 breaks off at convolutions of some sizes on some processors.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import h5py
import keras
import numpy
import tensorflow as tf
from keras.src.applications import resnet

from family_sampling import Keys, labels, nudged, sample_images, sample_parameter

ROLES = {
    "kernel": "kernel",
    "bias": "bias",
    "gamma": "scale",
    "beta": "offset",
    "moving_mean": "mean",
    "moving_variance": "variance",
}
MLPERF_FILE = Path(__file__).parents[3] / "shared/data/pretrained/mlperf-tiny-resnet8.h5"
CLASSES = {
    "keras/resnet50": keras.applications.ResNet50,
    "keras/resnet101": keras.applications.ResNet101,
    "keras/resnet152": keras.applications.ResNet152,
    "keras/resnet50v2": keras.applications.ResNet50V2,
    "keras/resnet101v2": keras.applications.ResNet101V2,
    "keras/resnet152v2": keras.applications.ResNet152V2,
}
# Its layers are numbered in the order in which they were made; a shortcut has no normalization.
MLPERF_PATHS = {
    "conv2d": ["stem", "stage0.block0.branch", "stage0.block0.branch"]
    + ["stage1.block0.branch", "stage1.block0.branch", "stage1.block0.shortcut"]
    + ["stage2.block0.branch", "stage2.block0.branch", "stage2.block0.shortcut"],
    "batch_normalization": ["stem"] + [f"stage{stage}.block0.branch" for stage in (0, 0, 1, 1, 2, 2)],
    "dense": ["head"],
}


def source_words(source):
    versions = f"Keras {keras.__version__}, TensorFlow {tf.__version__}"
    return versions if source == "keras" else f"the graph in MLPerf Tiny's file, {versions}"


def build(name, source, classes, input_shape, thin=None):
    if source == "mlperf":
        with h5py.File(MLPERF_FILE) as file:
            config = json.loads(file.attrs["model_config"])
        return mlperf(config["config"], classes, thin)
    options = {"weights": None, "input_shape": tuple(input_shape), "classes": classes, "classifier_activation": None}
    if thin is None:
        return CLASSES[name](**options)
    isV2 = name.endswith("v2")

    def stages(x):
        if isV2:
            x = resnet.stack_residual_blocks_v2(x, 64, 2, name="conv2")
            return resnet.stack_residual_blocks_v2(x, 128, 2, name="conv3")
        x = resnet.stack_residual_blocks_v1(x, 64, 2, stride1=1, name="conv2")
        return resnet.stack_residual_blocks_v1(x, 128, 2, name="conv3")

    # As many blocks as the first and the last of each stage, by Keras's own functions; the widths are in the configuration.
    model = resnet.ResNet(stages, preact=isV2, use_bias=True, weights_name="thin", **options)
    config = model.get_config()
    for layer in config["layers"]:
        if layer["class_name"] == "Conv2D":
            layer["config"]["filters"] //= thin["divisor"]
        layer.pop("build_config", None)
    return keras.Model.from_config(config)


def mlperf(config, classes, thin):
    """The configuration's graph; of the thin network, the first two stages."""
    tensors = {}
    for layer in config["layers"]:
        settings = layer["config"]
        kind = layer["class_name"]
        inputs = [tensors[each[0]] for each in layer["inbound_nodes"][0]] if layer["inbound_nodes"] else []
        own = {key: value for key, value in settings.items() if key in FIELDS[kind]}
        if kind == "InputLayer":
            tensors[settings["name"]] = first = keras.Input(settings["batch_input_shape"][1:])
            continue
        if kind == "Dense":
            own |= {"units": classes, "activation": None}
        if kind == "Conv2D" and thin is not None:
            own["filters"] //= thin["divisor"]
        if kind == "AveragePooling2D" and thin is not None:
            # The third stage isn't there; its map of 8² is now the second's, of 16².
            own |= {"pool_size": (16, 16), "strides": (16, 16)}
            inputs = [tensors["activation_4"]]
        made = getattr(keras.layers, kind)(**own)
        tensors[settings["name"]] = made(inputs if kind == "Add" else inputs[0])
    return keras.Model(first, tensors["dense"])


FIELDS = {
    "InputLayer": [],
    "Conv2D": ["name", "filters", "kernel_size", "strides", "padding", "use_bias", "activation"],
    "BatchNormalization": ["name", "epsilon", "momentum"],
    "Activation": ["name", "activation"],
    "Add": ["name"],
    "AveragePooling2D": ["name", "pool_size", "strides", "padding"],
    "Flatten": ["name"],
    "Dense": ["name", "units", "use_bias", "activation"],
}


def path_of(layer):
    if block := re.match(r"conv(\d+)_block(\d+)_(0|preact|\d)_(conv|bn)$", layer.name):
        stage, number, part, _ = block.groups()
        path = {"0": "shortcut", "preact": "preact"}.get(part, "branch")
        return f"stage{int(stage) - 2}.block{int(number) - 1}.{path}"
    if numbered := re.match(r"(conv2d|batch_normalization|dense)(?:_(\d+))?$", layer.name):
        return MLPERF_PATHS[numbered[1]][int(numbered[2] or 0)]
    return {"conv1_conv": "stem", "conv1_bn": "stem", "post_bn": "head", "predictions": "head"}[layer.name]


def layers_of(model):
    """(key, layer) of each layer with parameters, and the keys."""
    keys = Keys()
    with_weights = [layer for layer in model.layers if layer.weights]
    # A functional model's layers stand by depth: those of a path are in order.
    return [
        (keys.layer(path_of(layer), "norm" if isinstance(layer, keras.layers.BatchNormalization) else "linear"), layer)
        for layer in with_weights
    ], keys


def fill(name, model, values, seed=0):
    """Assigns sampled values, and keeps them in `values`; with a seed, weights are nudged."""
    layers, keys = layers_of(model)
    for layer_key, layer in layers:
        for variable in layer.weights:
            key = f"{layer_key}.{ROLES[variable.name]}"
            if key not in values:
                values[key] = sample_parameter(name, key, tuple(variable.shape), keys.is_last_norm(layer_key))
            variable.assign(nudged(values[key], [seed, len(key)] if seed > 0 and variable.trainable else 0))


def count(name, source, counted):
    keras.backend.set_floatx("float32")
    model = build(name, source, counted["classes"], counted["input"])
    multiply_adds = 0
    for layer in model.layers:
        if isinstance(layer, (keras.layers.Conv2D, keras.layers.Dense)):
            multiply_adds += math.prod(layer.output.shape[1:]) * math.prod(layer.kernel.shape[:-1])
    weights = sum(math.prod(each.shape) for each in model.trainable_weights)
    return weights, model.count_params(), multiply_adds


class Runner:
    def __init__(self, name, source, classes, thin=None):
        self.name, self.source, self.classes, self.thin = name, source, classes, thin
        self.key = name if thin is None else f"thin/{name}/{thin['draw']}"
        self.values = {}

    def model(self, shape, bits, seed=0):
        keras.backend.clear_session()
        keras.backend.set_floatx(f"float{bits}")
        model = build(self.name, self.source, self.classes, shape[1:], self.thin)
        fill(self.key, model, self.values, seed)
        return model

    def inference(self, shape, bits):
        model = self.model(shape, bits)
        images = tf.constant(sample_images(self.key, shape), f"float{bits}")
        return model(images, training=False).numpy().astype(numpy.float64)

    def training(self, shape, bits, seed=0):
        """Logits, loss, gradients, and statistics after the step, by key; with a seed, weights and images are nudged."""
        model = self.model(shape, bits, seed)
        images = tf.constant(nudged(sample_images(self.key, shape), seed), f"float{bits}")
        target = tf.constant(labels(shape[0], self.classes))
        with tf.GradientTape() as tape:
            logits = model(images, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits))
        variables = model.trainable_weights
        by_path = {id(each): gradient for each, gradient in zip(variables, tape.gradient(loss, [v.value for v in variables]))}
        gradients, statistics = {}, {}
        for key, layer in layers_of(model)[0]:
            for variable in layer.weights:
                role = ROLES[variable.name]
                if role in ("mean", "variance"):
                    statistics[f"{key}.{role}"] = numpy.asarray(variable, dtype=numpy.float64)
                else:
                    gradients[f"{key}.{role}"] = by_path[id(variable)].numpy().astype(numpy.float64)
        return {
            "logits": logits.numpy().astype(numpy.float64),
            "loss": float(loss),
            "gradients": gradients,
            "statistics": statistics,
        }
