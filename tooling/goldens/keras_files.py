"""Writes the files that the readers of HDF5 and of Keras's weights are tested with:

    KERAS_BACKEND=tensorflow python tooling/goldens/keras_files.py        (h5py, keras, ml_dtypes, numpy)
    npx biome format --write packages/weights/src/containers/*/files.test-support.json

packages/weights/src/containers/hdf5/files.test-support.json and …/keras/files.test-support.json. Each file is compressed with
zlib, in base64, beside what h5py or Keras reads from it: types, shapes and SHA-256 of the little-endian values. Values are drawn
with a seed; what differs from run to run is the time that HDF5 and Keras note, and what follows from it.
"""

import base64
import hashlib
import json
import os
import tempfile
import zlib
from pathlib import Path

import h5py
import ml_dtypes
import numpy

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
containers = Path(__file__).parents[2] / "packages/weights/src/containers"
random = numpy.random.default_rng(20151210)


def pack(data):
    return base64.b64encode(zlib.compress(data, 9)).decode()


def digest(values):
    values = numpy.ascontiguousarray(values)
    little = values if values.dtype.kind == "V" else values.astype(values.dtype.newbyteorder("<"))
    return hashlib.sha256(little.tobytes()).hexdigest()


def safetensors_name(dtype):
    kinds = {"f": "F", "i": "I", "u": "U"}
    if dtype == numpy.dtype("|V2") or dtype == ml_dtypes.bfloat16:
        return "BF16"
    return "BOOL" if dtype == bool else f"{kinds[dtype.kind]}{dtype.itemsize * 8}"


def describe(values):
    return [safetensors_name(values.dtype), list(values.shape), digest(values)]


def plain(value):
    if isinstance(value, str) and len(value) > 1000:
        return "sha256:" + hashlib.sha256(value.encode()).hexdigest()
    if isinstance(value, h5py.Empty):
        return None
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, numpy.ndarray):
        return [plain(each) for each in value.ravel().tolist()]
    return value.item() if isinstance(value, numpy.generic) else value


def hdf5(write, read=True, **options):
    """A file, its datasets and its attributes, as h5py reads them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.h5"
        with h5py.File(path, "w", **options) as file:
            write(file)
        described = {"file": pack(path.read_bytes()), "datasets": {}, "attributes": {}, "groups": {}}
        if not read:
            return described
        with h5py.File(path) as file:
            attributes = {key: plain(value) for key, value in file.attrs.items()}
            if attributes:
                described["attributes"][""] = attributes
            described["groups"][""] = list(file)

            def visit(name, item):
                attributes = {key: plain(value) for key, value in item.attrs.items()}
                if attributes:
                    described["attributes"][name] = attributes
                if isinstance(item, h5py.Group):
                    if len(item) > 0:
                        described["groups"][name] = list(item)
                elif isinstance(item, h5py.Dataset) and item.dtype.kind in "fiubV" and item.dtype.names is None and item.shape is not None and not item.external and not item.is_virtual:
                    described["datasets"][name] = describe(item[()])

            file.visititems(visit)
        return described


def types(file):
    for name in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
        drawn = random.normal(0, 30, (3, 5))
        file[name] = (abs(drawn) if name[0] == "u" else drawn).astype("<" + name)
        file["group/big/" + name] = (abs(drawn) if name[0] == "u" else drawn).astype(">" + name)
    file["flags"] = numpy.array([True, False, True])
    file["scalar"] = numpy.float32(random.normal())
    file["none"] = numpy.zeros((0, 3), numpy.float32)
    file["bfloat"] = random.normal(size=(4, 2)).astype(ml_dtypes.bfloat16)
    file["bfloat"].attrs["dtype"] = "bfloat16"
    file.create_dataset("unwritten", (5,), numpy.float32)
    file.create_dataset("filled", (5,), numpy.float32, fillvalue=1.5)
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((6,))
    small = h5py.h5d.create(file.id, b"compact", h5py.h5t.IEEE_F32LE, space, plist)
    small.write(h5py.h5s.ALL, h5py.h5s.ALL, random.normal(size=6).astype(numpy.float32))


def chunks(file):
    values = random.normal(size=(7, 5, 4)).astype(numpy.float32)
    file.create_dataset("plain", data=values, chunks=(3, 2, 4))
    file.create_dataset("gzip", data=values, chunks=(2, 5, 3), compression="gzip")
    file.create_dataset("shuffled", data=values, chunks=(4, 4, 4), compression="gzip", shuffle=True)
    file.create_dataset("checked", data=values, chunks=(7, 2, 2), compression="gzip", shuffle=True, fletcher32=True)
    file.create_dataset("big", data=values.astype(">f8"), chunks=(4, 4, 4), compression="gzip", shuffle=True)
    file.create_dataset("many", data=random.normal(size=300).astype(numpy.float16), chunks=(2,))
    sparse = file.create_dataset("sparse", (9, 9), numpy.int32, chunks=(4, 4), fillvalue=-7)
    sparse[5:7, 1] = 3
    file.create_dataset("never", (9, 9), numpy.int32, chunks=(4, 4))


def attributes(file):
    file.attrs["text"] = "ein Wort: größer"
    file.attrs["bytes"] = numpy.bytes_(b"fixed")
    file.attrs["texts"] = ["a", "", "größer"]
    file.attrs["fixed texts"] = numpy.array([b"conv", b"batch_normalization"])
    file.attrs["none"] = numpy.array([])
    file.attrs["empty"] = h5py.Empty("f")
    file.attrs["whole"] = -5
    file.attrs["large"] = 2**62 + 1 << 1 >> 1
    file.attrs["half"] = numpy.float16(-0.375)
    file.attrs["numbers"] = numpy.array([[1.5, 2], [3, 4]], ">f4")
    file.create_group("long").attrs["config"] = "x" * 70_000 + "é"
    group = file.create_group("many")
    for index in range(30):
        group.attrs[f"attribute {index}"] = index


def members(count):
    def write(file):
        group = file.create_group("layers")
        for index in range(count):
            group.create_group(f"c_{index}")
        group["c_7/0"] = random.normal(size=4).astype(numpy.float32)

    return write


def links(file):
    file["a/b/values"] = numpy.arange(3.0)
    file["a/hard"] = file["a/b"]
    file["a/soft"] = h5py.SoftLink("b/values")
    file["absolute"] = h5py.SoftLink("/a/soft")
    file["dangling"] = h5py.SoftLink("/nowhere")
    file["round"] = h5py.SoftLink("/round")
    file["elsewhere"] = h5py.ExternalLink("other.h5", "/a")
    file["type"] = numpy.dtype("f4")
    file["a/b/cycle"] = file["a"]


def refused(file):
    values = numpy.arange(20, dtype=numpy.float32)
    file.create_dataset("lzf", data=values, chunks=(5,), compression="lzf")
    file.create_dataset("scaled", data=values, chunks=(5,), scaleoffset=2)
    file.create_dataset("texts", data=["a", "b"])
    file.create_dataset("compound", data=numpy.zeros(2, [("a", "f4"), ("b", "i4")]))
    file.create_dataset("complex", data=numpy.zeros(2, numpy.complex64))
    file.create_dataset("outside", (4,), numpy.float32, external=[("values.bin", 0, 16)])
    layout = h5py.VirtualLayout((20,), numpy.float32)
    layout[:] = h5py.VirtualSource("other.h5", "values", shape=(20,))
    file.create_virtual_dataset("virtual", layout)
    file.create_dataset("empty", data=h5py.Empty("f"))
    file["typed"] = file["lzf"][:]
    named = numpy.dtype("f8")
    file["named"] = named
    file.create_dataset("with named type", data=values, dtype=file["named"])


def new_chunks(file):
    values = numpy.arange(20, dtype=numpy.float32)
    file.create_dataset("single", data=values, chunks=(20,))
    file.create_dataset("fixed", data=values, chunks=(5,))
    file.create_dataset("extensible", data=values, chunks=(5,), maxshape=(None,))
    file["contiguous"] = values


def bombs(file):
    """Chunks that are not what they should be."""

    def chunk(name, data, shape=(8,), chunks=(8,), **options):
        made = file.create_dataset(name, shape, numpy.float32, chunks=chunks, compression="gzip", **options)
        if data is not None:
            made.id.write_direct_chunk((0,) * len(shape), data)

    chunk("right", zlib.compress(bytes(32)))
    chunk("more", zlib.compress(bytes(500_000), 9))
    chunk("less", zlib.compress(bytes(31)))
    chunk("no zlib", bytes(32))
    chunk("cut", zlib.compress(bytes(range(32)))[:-6])
    chunk("long", zlib.compress(bytes(32)) + bytes(5000))
    chunk("large", None, (2**16, 2**16), (4, 4))
    chunk("huge", None, (2**31, 2**31), (4, 4))
    chunk("padded", zlib.compress(bytes(32)), (3000, 1), (1, 2**20), maxshape=(None, None))


def hdf5_files():
    yield "bombs", hdf5(bombs, read=False)
    yield "types", hdf5(types)
    yield "types, newest format", hdf5(types, libver="latest")
    yield "chunks", hdf5(chunks)
    yield "attributes", hdf5(attributes)
    yield "attributes, newest format", hdf5(attributes, libver="latest")
    yield "500 members", hdf5(members(500))
    yield "9 members, newest format", hdf5(members(9), libver="latest")
    yield "700 members, newest format", hdf5(members(700), libver="latest")
    yield "members in order", hdf5(members(12), track_order=True)
    yield "user block", hdf5(links, userblock_size=2048)
    yield "links, newest format", hdf5(links, libver="latest")
    yield "refused", hdf5(refused)
    yield "new chunks", hdf5(new_chunks, libver="latest")


def residual_model(prefix="", dtype="float32"):
    """A stem, a residual block with a projection, and a head. Names are Keras's own without a prefix."""
    import keras
    from keras import layers

    def named(name):
        return {"name": prefix + name} if prefix else {}

    keras.backend.clear_session()
    keras.config.set_dtype_policy(dtype)
    image = keras.Input((8, 8, 3), **named("images"))
    x = layers.Conv2D(4, 3, padding="same", use_bias=False, **named("stem"))(image)
    x = shortcut = layers.ReLU(**named("relu"))(layers.BatchNormalization(**named("stem_bn"))(x))
    x = layers.Conv2D(6, 3, strides=2, padding="same", **named("b_conv"))(x)
    x = layers.BatchNormalization(scale=False, **named("b_bn"))(x)
    shortcut = layers.Conv2D(6, 1, strides=2, use_bias=False, **named("a_projection"))(shortcut)
    x = layers.Add(**named("add"))([x, shortcut])
    x = layers.Dropout(0.5, seed=1, **named("dropout"))(layers.GlobalAveragePooling2D(**named("pool"))(x))
    return keras.Model(image, layers.Dense(3, **named("z_head"))(x), name="residual")


def nested_model():
    import keras
    from keras import layers

    keras.backend.clear_session()
    inner = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Conv2D(4, 3, name="conv"), layers.BatchNormalization(name="bn")], name="inner"
    )
    keras.config.set_dtype_policy("float32")
    image = keras.Input((6, 6, 4))
    x = layers.Conv2D(2, 1, name="first")(image)
    outer = keras.Model(image, layers.Conv2D(2, 1, name="conv", trainable=False)(x), name="functional")
    image = keras.Input((8, 8, 3))
    return keras.Model(image, layers.Dense(2, name="head")(layers.Flatten()(outer(inner(image)))))


def randomize(model):
    for variable in model.variables:
        if variable.dtype in ("float32", "float16", "bfloat16"):
            variable.assign(random.normal(size=variable.shape))


def values_of(variable):
    return numpy.asarray(variable.numpy())


def tensors(model, legacy, outer=""):
    """Names and values in our words: roles where the kind of file has them, and positions where it hasn't."""
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from tensors(layer, legacy, f"{outer}{layer.name}/")
            continue
        variables = layer._trainable_variables + layer._non_trainable_variables
        weights = layer.trainable_weights + layer.non_trainable_weights
        listed = weights if legacy else [each for each in variables if "seed" not in each.path]
        if legacy and not layer.trainable:
            listed = layer.weights
        yield outer + layer.name, [
            [f"{outer}{layer.name}/{each.name if legacy else index}", *describe(values_of(each))]
            for index, each in enumerate(listed)
        ]


def saved(model, save, suffix, legacy, **more):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        save(str(path))
        data = path.read_bytes()
    if suffix == ".keras":
        data = undated(data)
    listed = [list(each) for each in tensors(model, legacy)]
    return {"file": pack(data), "layers": listed, **more}


def undated(data):
    """The same archive, but for the day on which it was saved, so that it is the same each time."""
    import io
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(target, "w") as copy:
        for info in archive.infolist():
            content = archive.read(info)
            if info.filename == "metadata.json":
                content = json.dumps({**json.loads(content), "date_saved": "2015-12-10@12:00:00"}).encode()
            copy.writestr(zipfile.ZipInfo(info.filename), content)
    return target.getvalue()


def legacy_weights(model):
    from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

    def save(path):
        with h5py.File(path, "w") as file:
            save_weights_to_hdf5_group(file, model)

    return save


def keras_2(model, parts=1):
    """As Keras 2 wrote it: texts of fixed length, and `:0` after each variable's name."""

    def save(path):
        with h5py.File(path, "w") as file:
            names = numpy.array_split([layer.name.encode() for layer in model.layers], parts)
            for index, part in enumerate(names):
                file.attrs["layer_names" if parts == 1 else f"layer_names{index}"] = part
            file.attrs["backend"] = numpy.bytes_(b"tensorflow")
            file.attrs["keras_version"] = numpy.bytes_(b"2.4.0")
            for layer in model.layers:
                group = file.create_group(layer.name)
                weights = layer.trainable_weights + layer.non_trainable_weights
                group.attrs["weight_names"] = [numpy.bytes_(f"{each.path}:0".encode()) for each in weights]
                for each in weights:
                    group[f"{each.path}:0"] = each.numpy()

    return save


def older_keras_3(model):
    """As Keras 3.0 wrote it: without the layers' names, and without the groups of layers that have no variables."""

    def save(path):
        model.save_weights(path)
        with h5py.File(path, "a") as file:
            for group in [file, *(file["layers"][key] for key in list(file["layers"]))]:
                if "vars" in group:
                    group["vars"].attrs.pop("name", None)
            for key in list(file["layers"]):
                if len(file["layers"][key]["vars"]) == 0 and len(file["layers"][key]) == 1:
                    del file["layers"][key]

    return save


def older_archive(model):
    """A .keras file whose weights are named by class and number alone."""
    import zipfile

    def save(path):
        model.save(path)
        with tempfile.TemporaryDirectory() as folder:
            weights = str(Path(folder) / "file.weights.h5")
            older_keras_3(model)(weights)
            with zipfile.ZipFile(path) as archive:
                texts = {name: archive.read(name) for name in ("metadata.json", "config.json")}
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, text in texts.items():
                    archive.writestr(name, text)
                archive.write(weights, "model.weights.h5")

    return save


def keras_files():
    import keras

    model = residual_model("my_")
    randomize(model)
    model.compile("adam", "mse")
    model.fit(numpy.zeros((2, 8, 8, 3)), numpy.zeros((2, 3)), verbose=0)
    config = keras.saving.serialize_keras_object(model)["config"]["name"]
    state = 2 + 2 * len(model.trainable_variables)  # the optimizer's
    yield "legacy weights", saved(model, legacy_weights(model), ".h5", True, kind="legacy-weights", leftOut=0)
    yield "legacy model", saved(model, model.save, ".h5", True, kind="legacy-model", leftOut=state, config=config)
    yield "Keras 2", saved(model, keras_2(model), ".h5", True, kind="legacy-weights", leftOut=0)
    yield "names in parts", saved(model, keras_2(model, 3), ".h5", True, kind="legacy-weights", leftOut=0)
    yield "weights", saved(model, model.save_weights, ".weights.h5", False, kind="weights", leftOut=state)
    yield "archive", saved(model, model.save, ".keras", False, kind="keras", leftOut=state, config=config)
    yield "older archive", saved(
        model, older_archive(model), ".keras", False, kind="keras", leftOut=state, config=config, without=True
    )
    model = residual_model()
    randomize(model)
    yield "automatic names", saved(model, older_keras_3(model), ".weights.h5", False, kind="weights", without=True)
    model = nested_model()
    randomize(model)
    yield "nested, legacy", saved(model, model.save, ".h5", True, kind="legacy-model")
    yield "nested, legacy weights", saved(model, legacy_weights(model), ".h5", True, kind="legacy-weights")
    yield "nested, weights", saved(model, model.save_weights, ".weights.h5", False, kind="weights")
    yield "nested, archive", saved(model, model.save, ".keras", False, kind="keras")
    for dtype in ["float16", "bfloat16"]:
        model = residual_model(dtype=dtype)
        randomize(model)
        yield dtype, saved(model, model.save, ".keras", False, kind="keras")

def write(name, files):
    target = containers / name / "files.test-support.json"
    lines = (f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in files)
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(target, target.stat().st_size)


if __name__ == "__main__":
    write("hdf5", hdf5_files())
    write("keras", keras_files())
