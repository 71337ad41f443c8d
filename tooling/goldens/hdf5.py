"""Writes packages/data/src/hdf5/odd-files.test-support.json: SIGNS files of the kinds that HDF5 allows and our own writer can't make.

    python tooling/goldens/hdf5.py        (h5py, numpy)

Each is compressed with zlib, in base64. Unless its name says otherwise, a file holds 6 images of 4×4 pixels, whose levels are
0, 1, 2, … from the first image's to the last's, modulo 251; labels 0, 1, 2, 0, 1, 2; and the classes a, b and c.
"""

import base64
import json
import tempfile
import zlib
from pathlib import Path

import h5py
import numpy

SHAPE = (6, 4, 4, 3)
IMAGES = (numpy.arange(numpy.prod(SHAPE)) % 251).astype(numpy.uint8).reshape(SHAPE)
LABELS = numpy.arange(6) % 3
target = Path(__file__).parents[2] / "packages/data/src/hdf5/odd-files.test-support.json"


def dataset(**options):
    return lambda file, name: file.create_dataset(name, **options)


def virtual(source, name):
    def create(file, key):
        file["images"] = IMAGES
        layout = h5py.VirtualLayout(SHAPE, numpy.uint8)
        layout[:] = h5py.VirtualSource(source, name, shape=SHAPE)
        file.create_virtual_dataset(key, layout, fillvalue=0)

    return create


def link(to):
    def create(file, key):
        file["images"] = IMAGES
        file[key] = to

    return create


def mostly_unwritten(file, key):
    images = file.create_dataset(key, (6, 32, 32, 3), numpy.uint8, chunks=(1, 32, 32, 3), fillvalue=7)
    images[0] = (numpy.arange(32 * 32 * 3) % 251).reshape(32, 32, 3)


FILES = {
    "user block": ({}, {"userblock_size": 1024}),
    "user block, new format": ({}, {"userblock_size": 512, "libver": "latest"}),
    "new format": ({}, {"libver": "latest"}),
    "mostly unwritten": ({"train_set_x": mostly_unwritten}, {}),
    "never written": ({"train_set_x": dataset(shape=SHAPE, dtype="u1")}, {}),
    "terabytes": ({"train_set_x": dataset(shape=(2**30, 64, 64, 3), dtype="u1", chunks=(1, 64, 64, 3))}, {}),
    "a gigabyte": ({"train_set_x": dataset(shape=(2**17, 64, 64, 3), dtype="u1", chunks=(1, 64, 64, 3))}, {}),
    "gzip, shuffle, checksums": (
        {"train_set_x": dataset(data=IMAGES, compression="gzip", shuffle=True, fletcher32=True)},
        {},
    ),
    "lzf": ({"train_set_x": dataset(data=IMAGES, compression="lzf")}, {}),
    "virtual, here": ({"train_set_x": virtual(".", "images")}, {}),
    "virtual, missing": ({"train_set_x": virtual(".", "nothing")}, {}),
    "virtual, elsewhere": ({"train_set_x": virtual("other.h5", "images")}, {}),
    "link, here": ({"train_set_x": link(h5py.SoftLink("/images"))}, {}),
    "link, missing": ({"train_set_x": link(h5py.SoftLink("/nothing"))}, {}),
    "link, elsewhere": ({"train_set_x": link(h5py.ExternalLink("other.h5", "/images"))}, {}),
    "boolean labels": ({"train_set_y": dataset(data=(numpy.arange(6) % 2).astype(bool))}, {}),
    "float labels": ({"train_set_y": dataset(data=LABELS.astype("f4"))}, {}),
    "big-endian labels": ({"train_set_y": dataset(data=LABELS.astype(">i2"))}, {}),
    "labels of halves": ({"train_set_y": dataset(data=LABELS + 0.5)}, {}),
    "NaN labels": ({"train_set_y": dataset(data=LABELS * numpy.nan)}, {}),
    "float16 labels": ({"train_set_y": dataset(data=LABELS.astype("f2"))}, {}),
    "one-hot labels": ({"train_set_y": dataset(data=numpy.eye(3)[LABELS])}, {}),
    "not square": ({"train_set_x": dataset(data=IMAGES.reshape(6, 2, 8, 3))}, {}),
    "no images": ({"train_set_x": dataset(data=h5py.Empty("u1"))}, {}),
}


def write(path, changes, options):
    contents = {
        "train_set_x": dataset(data=IMAGES),
        "train_set_y": dataset(data=LABELS),
        "list_classes": dataset(data=["a", "b", "c"], dtype=h5py.string_dtype()),
    }
    with h5py.File(path, "w", **options) as file:
        for name, create in {**contents, **changes}.items():
            create(file, name)


with tempfile.TemporaryDirectory() as folder:
    files = {}
    for name, (changes, options) in FILES.items():
        path = Path(folder) / "signs.h5"
        write(path, changes, options)
        files[name] = base64.b64encode(zlib.compress(path.read_bytes(), 9)).decode()
target.write_text(json.dumps(files, indent=2) + "\n")
