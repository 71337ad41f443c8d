"""Writes packages/weights/test-data/keras-*.json: small models' configurations as Keras writes them, with generated weights and
what the models compute of a generated image.

    python tooling/goldens/keras_fixtures.py        (keras, tensorflow)
"""

import base64
import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy
from keras import layers
from keras.src.applications import resnet

target = Path(__file__).parents[2] / "packages/weights/test-data"
RANGES = {"gamma": (0.5, 1.5), "moving_variance": (0.5, 1.5), "bias": (-0.3, 0.3), "beta": (-0.3, 0.3)}


def text(array):
    return base64.b64encode(numpy.asarray(array, "<f4").tobytes()).decode()


def flattened(model, prefix=""):
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from flattened(layer, f"{prefix}{layer.name}/")
        elif layer.weights:
            yield prefix + layer.name, layer


def without_shapes(config):
    """Half as long: Keras finds them again."""
    for layer in config["config"]["layers"]:
        layer.pop("build_config", None)
    return config


def write(name, model):
    generator = numpy.random.default_rng(20151210)
    weights = {}
    for path, layer in flattened(model):
        for variable in layer.weights:
            variable.assign(generator.uniform(*RANGES.get(variable.name, (-0.5, 0.5)), variable.shape))
        weights[path] = [{"shape": list(each.shape), "values": text(each)} for each in layer.weights]
    shape = [1, *model.input_shape[1:]]
    image = generator.uniform(0, 2, shape).astype("float32")
    fixture = {
        "written by": f"tooling/goldens/keras_fixtures.py, Keras {keras.__version__}",
        "config": without_shapes(json.loads(model.to_json())),
        "weights": weights,
        "image": text(image),
        "result": model.predict(image, verbose=0)[0].astype(float).tolist(),
    }
    path = target / f"keras-{name}.json"
    path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
    print(path.name, path.stat().st_size)


def version2():
    """Keras Applications' own blocks, thin: a stage of two, and the first of the next."""

    def stages(x):
        x = resnet.stack_residual_blocks_v2(x, 2, 2, name="conv2")
        return resnet.residual_block_v2(x, 4, conv_shortcut=True, name="conv3_block1")

    whole = resnet.ResNet(stages, True, True, weights_name="thin", weights=None, input_shape=(32, 32, 3), classes=5)
    config = whole.get_config()
    config["layers"][0]["config"]["batch_shape"] = (None, 21, 20, 3)
    for layer in config["layers"]:
        layer.pop("build_config", None)
        if layer["name"] == "conv1_conv":
            layer["config"]["filters"] = 4
    return keras.Model.from_config(config)


def squeeze_and_excitation():
    """What people write: activations in layers, gates of both kinds, an inner model, rescaling, a softmax of its own."""

    def gate(x, channels, dense):
        y = layers.GlobalAveragePooling2D(keepdims=not dense)(x)
        if dense:
            y = layers.Dense(2, activation="relu")(y)
            y = layers.Dense(channels, activation="sigmoid", use_bias=False)(y)
            return layers.Multiply()([x, layers.Reshape((1, 1, channels))(y)])
        y = layers.Conv2D(2, 1, activation="relu")(y)
        return layers.Multiply()([layers.Conv2D(channels, 1, activation="sigmoid")(y), x])

    def block(x, filters, stride, dense, inner=None):
        y = layers.Conv2D(filters, 3, stride, "same", use_bias=False, kernel_regularizer="l2")(x)
        y = layers.BatchNormalization(momentum=0.9)(y)
        y = layers.ReLU(6.0)(y)
        y = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, activation="relu")(y)
        y = layers.Conv2D(filters, 1, kernel_initializer="he_normal")(y)
        y = layers.Dropout(0.1, noise_shape=(None, 1, 1, 1))(gate(y, filters, dense))
        shortcut = x if inner is None else inner(x)
        return layers.Activation("relu")(layers.Add()([shortcut, y]))

    image = keras.Input((16, 18, 3), name="image")
    x = layers.Rescaling(1 / 2, offset=[-0.5, -0.25, 0])(image)
    x = layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 3.0])(x)
    x = layers.Conv2D(4, 3, padding="same", activation="relu", name="stem")(x)
    x = block(x, 4, 1, dense=True)
    projection = keras.Sequential([layers.Conv2D(6, 1, 2), layers.BatchNormalization(epsilon=1e-4)], name="projection")
    x = block(x, 6, 2, dense=False, inner=projection)
    x = layers.AveragePooling2D(2, padding="same")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(3, name="logits")(layers.Dropout(0.2)(x))
    return keras.Model(image, layers.Softmax()(x), name="se")


if __name__ == "__main__":
    write("v2", version2())
    keras.backend.clear_session()
    write("se", squeeze_and_excitation())
