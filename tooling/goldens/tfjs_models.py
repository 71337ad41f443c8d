"""Writes models of Keras as TensorFlow.js's converter writes them, with what Keras computes, for tfjs.mjs:

    python tooling/goldens/tfjs_models.py FOLDER && node tooling/goldens/tfjs.mjs models FOLDER

The models, their configurations and their files are Keras's own: MLPerf Tiny's ResNet-8 as Keras 2.4 saved it (in
../shared/data/pretrained), and models of Keras 3 in its archive and in its legacy HDF5 files. The converter itself needs
versions of TensorFlow that can't be installed beside these; what it makes of a file is small, and done here after its description:
the configuration, of Keras 3 without its modules; weights under their names in the file, or, of an archive, their paths in it;
all together, or a group a layer; quantized to float16, or to uint8 and uint16 by a scale and a minimum.
"""

import io
import json
import os
import sys
import tempfile
import zipfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import h5py
import keras
import numpy

SHARD_BYTES = 4 * 2**20
MLPERF = Path(__file__).parents[3] / "shared/data/pretrained/mlperf-tiny-resnet8.h5"


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def from_legacy(path):
    """The topology of an HDF5 file of a whole model, and its weights by layer."""
    with h5py.File(path) as file:
        topology = {
            "keras_version": text(file.attrs["keras_version"]),
            "backend": text(file.attrs["backend"]),
            "model_config": json.loads(text(file.attrs["model_config"])),
        }
        groups = []
        for group in file["model_weights"].values():
            names = [text(name) for name in group.attrs["weight_names"]]
            groups.append([(name.removesuffix(":0"), numpy.array(group[name])) for name in names])
    return topology, [group for group in groups if group]


def from_archive(path):
    """The topology of a .keras archive, and its weights by group."""
    without = ("module", "registered_name", "date_saved")

    def stripped(value):
        if isinstance(value, dict):
            return {key: stripped(each) for key, each in value.items() if key not in without}
        return [stripped(each) for each in value] if isinstance(value, list) else value

    groups = {}
    with zipfile.ZipFile(path) as archive:
        topology = {
            "keras_version": json.loads(archive.read("metadata.json"))["keras_version"],
            "model_config": stripped(json.loads(archive.read("config.json"))),
        }
        with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:

            def visit(name, item):
                if isinstance(item, h5py.Dataset):
                    groups.setdefault(name.rpartition("/")[0], []).append((name, numpy.array(item)))

            file.visititems(visit)
    return topology, list(groups.values())


def quantize(values, dtype):
    """The values as they are stored, what the manifest says of them, and what they stand for."""
    if dtype == "float16":
        stored = values.astype(numpy.float16)
        return stored, {"dtype": dtype, "original_dtype": "float32"}, stored.astype(numpy.float32)
    least, most = float(values.min()), float(values.max())
    scale = (most - least) / numpy.iinfo(dtype).max or 1.0
    if least < 0 < most:  # zero gets a level of its own
        least = -round(-least / scale) * scale
    levels = numpy.clip(numpy.round((values - least) / scale), 0, numpy.iinfo(dtype).max).astype(dtype)
    meant = (levels * scale + least).astype(numpy.float32)
    return levels, {"dtype": dtype, "min": least, "scale": scale, "original_dtype": "float32"}, meant


def write(folder, topology, groups, dtype):
    """Writes model.json and its shards; returns what the weights stand for, by name."""
    manifest, meant = [], {}
    for index, group in enumerate(groups):
        entries, data = [], b""
        for name, values in group:
            entry = {"name": name, "shape": list(values.shape), "dtype": values.dtype.name}
            if dtype and values.dtype == numpy.float32:
                stored, entry["quantization"], meant[name] = quantize(values, dtype)
            else:
                stored, meant[name] = values, values
            entries.append(entry)
            data += stored.tobytes()
        count = -(-len(data) // SHARD_BYTES)
        paths = [f"group{index + 1}-shard{shard + 1}of{count}.bin" for shard in range(count)]
        for shard, path in enumerate(paths):
            (folder / path).write_bytes(data[shard * SHARD_BYTES : (shard + 1) * SHARD_BYTES])
        manifest.append({"paths": paths, "weights": entries})
    described = {
        "format": "layers-model",
        "generatedBy": f"keras v{topology['keras_version']}",
        "convertedBy": "TensorFlow.js Converter v4.22.0",
        "modelTopology": topology,
        "weightsManifest": manifest,
    }
    (folder / "model.json").write_text(json.dumps(described))
    return meant


def sampled(model):
    """Weights of which no two are alike, that keep activations near 1."""
    generator = numpy.random.default_rng(20151210)
    for variable in model.variables:
        shape, name = variable.shape, variable.path.rpartition("/")[2]
        fan = numpy.prod(shape[:-1]) or 1
        positive = "gamma" in name or "variance" in name
        values = generator.uniform(0.5, 1.0, shape) if positive else generator.normal(0, fan**-0.5, shape)
        variable.assign(values if len(shape) > 1 or positive else 0.2 * generator.normal(0, 1, shape))
    return model


def nested():
    layers = keras.layers
    inner_input = keras.Input((None, None, 8))
    x = layers.BatchNormalization(name="bn")(layers.Conv2D(8, 3, padding="same", name="conv")(inner_input))
    inner = keras.Model(inner_input, layers.ReLU()(layers.Add()([x, inner_input])), name="body")
    inputs = keras.Input((12, 13, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = inner(layers.Conv2D(8, 3, strides=2, padding="same", name="stem")(x))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(5, activation="softmax")(x))


def application(build, size):
    return build(weights=None, input_shape=(*size, 3), classes=7)


def by_archive(model, folder):
    model.save(folder / "model.keras")
    return from_archive(folder / "model.keras")


def by_legacy(model, folder):
    model.save(folder / "model.h5")
    return from_legacy(folder / "model.h5")


def case(root, name, model, read, *, dtype=None, by_layer=False):
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        topology, groups = read(model, Path(temporary))
        meant = write(folder, topology, groups if by_layer else [sum(groups, [])], dtype)
        if dtype:  # Keras computes with what the quantized weights stand for
            for layer in model.layers:
                names = [f"{layer.name}/{variable.name}" for variable in layer.variables]
                layer.set_weights([meant[each] for each in names])
    shape = (2, *model.input_shape[1:])
    images = numpy.random.default_rng(7).normal(0, 1, shape).astype(numpy.float32)
    rescaled = any(isinstance(layer, keras.layers.Rescaling) for layer in model.layers)
    # The first layer's rescaling is the preprocessing of what is read.
    given = ((images + 1) * 127.5).astype(numpy.float32) if rescaled else images
    (folder / "images.f32").write_bytes(images.tobytes())
    (folder / "result.f32").write_bytes(model.predict(given, verbose=0).astype(numpy.float32).tobytes())
    (folder / "case.json").write_text(json.dumps({"shape": shape, "tolerance": 1e-5}))
    print(name, topology["keras_version"])


def by_mlperf(_, __):
    return from_legacy(MLPERF)


def main(root):
    applications = keras.applications
    case(root, "keras3-nested", sampled(nested()), by_archive)
    case(root, "keras3-resnet50", sampled(application(applications.ResNet50, (33, 35))), by_archive)
    case(root, "keras3-resnet50v2-by-layer", sampled(application(applications.ResNet50V2, (33, 32))), by_archive, by_layer=True)
    case(root, "keras3-legacy-nested", sampled(nested()), by_legacy)
    case(root, "keras3-legacy-resnet50", sampled(application(applications.ResNet50, (32, 32))), by_legacy)
    if not MLPERF.exists():
        return print(f"without {MLPERF}")

    def load():
        return keras.models.load_model(MLPERF, compile=False)

    case(root, "keras2-mlperf", load(), by_mlperf)
    case(root, "keras2-mlperf-by-layer", load(), by_mlperf, by_layer=True)
    for dtype in ("float16", "uint16", "uint8"):
        case(root, f"keras2-mlperf-{dtype}", load(), by_mlperf, dtype=dtype)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
