"""Builds in Keras what keras-config.mjs left in a folder, and compares what it computes.

    node tooling/goldens/keras-config.mjs FOLDER && python tooling/goldens/keras_config.py FOLDER

Each configuration must make a model whose layers are in our order, which has as many parameters, and gives the same for the
same images; and Keras's own configuration of that model, and a saved one, must make it again.
"""

import copy
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy

TOLERANCE = 1e-5


def check(path):
    described = json.loads(path.read_text())
    numbers = numpy.fromfile(path.with_suffix(".bin"), "<f4")
    at = 0

    def take(shape):
        nonlocal at
        size = int(numpy.prod(shape))
        at += size
        return numbers[at - size : at].reshape(shape)

    model = keras.models.model_from_json(json.dumps(described["config"]))
    functional = keras.Model.from_config(copy.deepcopy(described["config"]["config"]))
    assert [layer.name for layer in functional.layers] == [layer.name for layer in model.layers]
    ours = [layer["name"] for layer in described["config"]["config"]["layers"]]
    assert [layer.name for layer in model.layers] == ours, "layers in another order"
    for layer in described["layers"]:
        own = model.get_layer(layer["name"])
        assert type(own).__name__ == layer["className"]
        own.set_weights([take(each["shape"]) for each in layer["parameters"]])
    with_variables = [layer.name for layer in model.layers if layer.weights]
    assert with_variables == [layer["name"] for layer in described["layers"]]
    counted = sum(int(numpy.prod(each["shape"])) for layer in described["layers"] for each in layer["parameters"])
    assert model.count_params() == counted
    images = take(described["shape"])
    expected = numbers[at:].reshape(described["shape"][0], -1)

    def apart(other):
        given = other.predict(images, verbose=0).reshape(expected.shape)
        return float(numpy.max(numpy.abs(given - expected)) / numpy.max(numpy.abs(expected)))

    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model.keras")
        distances = [apart(model), apart(keras.models.load_model(f"{folder}/model.keras"))]
    model(images, training=True)  # dropout takes its shape
    print(f"{described['name']}: {counted} parameters, results up to {numpy.max(numpy.abs(expected)):.2g}, {max(distances):.1e} apart")
    return max(distances) <= TOLERANCE


if __name__ == "__main__":
    passed = [check(path) for path in sorted(Path(sys.argv[1]).glob("*.json"))]
    print(f"{sum(passed)} of {len(passed)} within {TOLERANCE:.0e}, Keras {keras.__version__}")
    sys.exit(0 if passed and all(passed) else 1)
