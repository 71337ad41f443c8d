"""Writes packages/weights/src/containers/pytorch/files.test-support.json: files of torch.save of many kinds, and what PyTorch
reads from them.

    python tooling/goldens/pytorch_files.py        (torch 2.13, numpy)

A file and the bytes of its tensors (row-major, little-endian) are compressed with zlib, in base64. All values are drawn.
"""

import argparse
import base64
import collections
import datetime
import enum
import io
import json
import pathlib
import pickle
import tempfile
import types
import zipfile
import zlib

import numpy
import torch

target = pathlib.Path(__file__).parents[2] / "packages/weights/src/containers/pytorch/files.test-support.json"
DTYPES = {
    torch.float32: "F32",
    torch.float64: "F64",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
    torch.uint16: "U16",
    torch.float8_e4m3fn: "F8_E4M3",
}


class Kind(enum.Enum):
    BASIC = 1


def packed(data):
    return base64.b64encode(zlib.compress(data, 9)).decode()


def saved(value, **options):
    file = io.BytesIO()
    torch.save(value, file, **options)
    return file.getvalue()


def values(tensor):
    return packed(tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())


def expected(tensors):
    return [
        {"name": name, "dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "values": values(tensor)}
        for name, tensor in tensors.items()
    ]


def rewritten(data, change=lambda name, content: content, **options):
    """The same archive with other content or compression."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(file, "w", **options) as after:
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
    return file.getvalue()


def of_each_dtype():
    return collections.OrderedDict((name, (torch.randn(3, 2) * 40).abs().to(dtype)) for dtype, name in DTYPES.items())


def views():
    shared = torch.randn(60)
    table = torch.randn(4, 6)
    return {
        "scalar": torch.tensor(7),
        "empty": torch.zeros(0, 3),
        "transposed": table.t(),
        "stepped": table[1:, ::2],
        "permuted": torch.randn(2, 3, 2, 2).permute(2, 3, 1, 0),
        "shared.a": shared[:10],
        "shared.b": shared[10:16].reshape(2, 3),
        "shared.c": shared[30::5],
        "repeated": torch.randn(1, 3).expand(4, 3),
        "ones": torch.randn(5, 1, 1)[:, 0:1],
        "parameter": torch.nn.Parameter(torch.randn(2)),
    }


def model():
    return torch.nn.Sequential(torch.nn.Conv2d(3, 2, 3, bias=False), torch.nn.BatchNorm2d(2))


def checkpoint():
    network = torch.nn.DataParallel(model())
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4])
    for parameter in network.parameters():
        parameter.grad = torch.randn(parameter.shape)
    optimizer.step()
    return {
        "epoch": 12,
        "arch": "resnet20",
        "state_dict": network.state_dict(),
        "best_prec1": numpy.float64(91.25),
        "best_epoch": numpy.int64(11),
        "best_acc1": torch.tensor(91.25),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "args": argparse.Namespace(lr=0.1, decay=None, seen={1, 2}, device=torch.device("cuda", 1)),
        "random": numpy.random.RandomState(0).get_state(),
        "when": datetime.datetime(2020, 1, 1),
        "kind": Kind.BASIC,
        "space": types.SimpleNamespace(a=1),
        "lists": collections.defaultdict(list, {"a": [1]}),
        "latest": collections.deque([1, 2]),
        "odd": [3 + 4j, range(3), slice(1, 2), ValueError("x"), object(), bytearray(b"\xff")],
        "log": pathlib.PurePosixPath("logs/run"),
        "distributed": False,
        "nothing": None,
        "dtype": torch.float16,
    }


def nested():
    return {"stem": {"weight": torch.randn(2)}, "blocks": [{"weight": torch.randn(1)}, {"weight": torch.randn(3)}], "step": 3}


def flat(value, name=""):
    if isinstance(value, torch.Tensor):
        return {name: value}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {key: each for key0, child in items for key, each in flat(child, f"{name}.{key0}".lstrip(".")).items()}


def marked(value, location, **options):
    """As if the tensors had been on that device."""
    tag = torch.serialization.location_tag
    torch.serialization.location_tag = lambda storage: location
    try:
        return saved(value, **options)
    finally:
        torch.serialization.location_tag = tag


def without_checksums(value):
    torch.serialization.set_crc32_options(False)
    try:
        with tempfile.TemporaryDirectory() as folder:  # PyTorch computes them for what isn't on disk
            path = pathlib.Path(folder) / "weights.pt"
            torch.save(value, path)
            return path.read_bytes()
    finally:
        torch.serialization.set_crc32_options(True)


def big_endian(tensors):
    def change(name, content):
        if name.endswith("byteorder"):
            return b"big"
        return numpy.frombuffer(content, ">f4").astype("<f4").tobytes() if "/data/" in name else content

    return rewritten(saved(tensors), change)


LEGACY = {"_use_new_zipfile_serialization": False}


def readable():
    dtypes, views_, dense = of_each_dtype(), views(), collections.OrderedDict(a=torch.randn(2, 3), b=torch.randn(4))
    yield "each dtype", saved(dtypes), dtypes, {}
    yield "views", saved(views_), views_, {}
    yield "views, legacy", saved(views_, **LEGACY), views_, {}
    for protocol in (3, 4, 5):
        yield f"views, protocol {protocol}", saved(views_, pickle_protocol=protocol), views_, {}
    yield "views, legacy, protocol 4", saved(views_, pickle_protocol=4, **LEGACY), views_, {}
    whole = checkpoint()
    beside = {
        "path": ["state_dict"],
        "metadata": {
            "epoch": "12",
            "arch": "resnet20",
            "best_prec1": "91.25",
            "best_epoch": "11",
            "distributed": "false",
        },
        "others": ["best_acc1", "optimizer", "random"],
    }
    yield "a checkpoint", saved(whole), whole["state_dict"], beside
    yield "a checkpoint, legacy", saved(whole, **LEGACY), whole["state_dict"], beside
    yield "a checkpoint, protocol 5", saved(whole, pickle_protocol=5), whole["state_dict"], beside
    yield "cuda", marked(dense, "cuda:0"), dense, {}
    yield "mps, legacy", marked(dense, "mps", **LEGACY), dense, {}
    yield "without checksums", without_checksums(dense), dense, {}
    yield "deflated", rewritten(saved(views_), compression=zipfile.ZIP_DEFLATED), views_, {}
    yield "big-endian", big_endian(dense), dense, {}
    two = {"model_ema": {"w": torch.randn(2)}, "model": {"w": torch.randn(2)}}
    yield "two models", saved(two), two["model"], {"path": ["model"], "others": ["model_ema"]}
    deep = {"model": {"state_dict": dense, "version": 2}, "epoch": 1}
    yield "twice nested", saved(deep), dense, {
        "path": ["model", "state_dict"],
        "metadata": {"epoch": "1", "model.version": "2"},
    }
    yield "nested dicts", saved(nested()), None, {"metadata": {"step": "3"}}


def refused():
    yield "a whole module", saved(model()), "checkpoint.state_dict()"
    yield "a whole module elsewhere", saved({"epoch": 1, "generator": model()}), 'checkpoint["generator"].state_dict()'
    yield "a whole module, legacy", saved({"model": model()}, **LEGACY), 'checkpoint["model"].state_dict()'
    script = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), script)
    yield "TorchScript", script.getvalue(), "torch.jit.load(FILE).state_dict()"
    yield "a sparse tensor", saved({"a": torch.ones(2), "b": torch.eye(2).to_sparse()}), '"b" as an object of'
    yield "complex numbers", saved({"a": torch.ones(2), "b": torch.ones(2, dtype=torch.complex64)}), '"b" as an object of'
    yield "a lazy negation", saved({"a": torch._neg_view(torch.ones(2))}), '"a" as an object of'
    yield "a NumPy array", saved({"a": torch.ones(2), "b": numpy.ones(2)}), '"b" as an object of'
    yield "one tensor", saved(torch.ones(2)), "holds one tensor, not a dict"
    yield "a list of tensors", saved([torch.ones(2)]), "holds a list, not a dict"
    yield "no tensors", saved({"epoch": 3}), 'no tensors, but "epoch"'
    yield "a pickle of something else", pickle.dumps({"a": 1}, 2), "not one of torch.save's"


PLAIN = {
    "none": None,
    "booleans": [True, False],
    "numbers": [0, 1, 255, 256, 65536, -1, -129, 2**31 - 1, -(2**31), 2**40, -(2**40), 0.5, -1e300],
    "text": ["", "é", "蓝", "a\nb\\n'\"\t", "\\u0041", "😀", "x" * 300],
    "nested": {"a": [{"b": []}, {}], "tuple": [1, 2, 3, 4]},
}


def plain():
    for protocol in range(6):
        yield {"protocol": protocol, "pickle": base64.b64encode(pickle.dumps(PLAIN, protocol)).decode()}


def main():
    torch.manual_seed(20151210)
    files = []
    for name, data, tensors, more in readable():
        loaded = torch.load(io.BytesIO(data), weights_only=False, map_location="cpu")
        for key in more.get("path", []):
            loaded = loaded[key]
        loaded = flat(loaded)
        assert tensors is None or list(loaded) == list(tensors), name
        files.append({"name": name, "file": packed(data), "tensors": expected(loaded), **more})
    content = {
        "readable": files,
        "refused": [{"name": name, "file": packed(data), "reason": reason} for name, data, reason in refused()],
        "plain": {"value": PLAIN, "pickles": list(plain())},
    }
    target.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


main()
