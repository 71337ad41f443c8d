"""Writes packages/weights/src/containers/onnx/files.test-support.json: small networks as PyTorch's two exporters write them, and
tensors of every type as onnx has them, with what onnxruntime computes.

    python tooling/goldens/onnx_fixtures.py        (torch, onnx, onnxscript, onnxruntime)
"""

import base64
import io
import json
import pathlib
import warnings
import zlib

import family_cifar
import numpy
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper
from torch import nn
from torch.nn import functional
from torch.onnx import TrainingMode

warnings.filterwarnings("ignore")
target = pathlib.Path(__file__).parents[2] / "packages/weights/src/containers/onnx/files.test-support.json"


def generated(model):
    torch.manual_seed(7)
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm2d, nn.BatchNorm1d)):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.3, 0.3)
            nn.init.uniform_(module.running_mean, -0.3, 0.3)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    return model.eval()


def option_a():
    """He et al.'s networks for CIFAR with shortcuts of zeros, narrow."""
    family_cifar.WIDTHS = (2, 4)
    return family_cifar.resnet(1, 3)


def preactivated():
    family_cifar.WIDTHS = (2, 4)
    return family_cifar.preactivated(1, 3, bottleneck=True)


class Gated(nn.Module):
    """A bottleneck with groups and a gate of convolutions, and an averaged shortcut, on maps of odd sizes."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU6())
        self.pool = nn.MaxPool2d(3, 2, 1, ceil_mode=True)
        self.conv1 = nn.Conv2d(4, 4, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 8, 3, 2, 2, dilation=2, groups=2, bias=False)
        self.bn2 = nn.BatchNorm2d(8)
        self.reduce = nn.Conv2d(8, 2, 1)
        self.expand = nn.Conv2d(2, 8, 1)
        self.down = nn.Sequential(
            nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False), nn.Conv2d(4, 8, 1, bias=False), nn.BatchNorm2d(8)
        )
        self.drop = nn.Dropout(0.25)
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        x = self.pool(self.stem(x))
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        gate = self.expand(functional.relu(self.reduce(y.mean((2, 3), keepdim=True))))
        x = functional.relu(y * gate.sigmoid() + self.down(x))
        return self.fc(self.drop(functional.adaptive_avg_pool2d(x, 1).flatten(1)))


class Flat(nn.Module):
    """Images with their channels last, prepared in the graph; a gate of dense layers; a map flattened, normalized and multiplied."""

    def __init__(self):
        super().__init__()
        self.register_buffer("center", torch.tensor([0.5, 0.25, 0.125]))
        self.register_buffer("spread", torch.tensor([0.25, 0.5, 2.0]))
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.reduce = nn.Linear(4, 2)
        self.expand = nn.Linear(2, 4)
        self.pool = nn.AvgPool2d(2, 2, padding=1)
        self.norm = nn.BatchNorm1d(4 * 3 * 4)
        self.weight = nn.Parameter(torch.randn(4 * 3 * 4, 3) / 7)
        self.bias = nn.Parameter(torch.randn(3))

    def forward(self, images):
        x = ((images - self.center) / self.spread).permute(0, 3, 1, 2)
        x = self.conv(x)
        gate = self.expand(functional.relu(self.reduce(x.mean((2, 3))))).sigmoid()
        x = functional.pad(self.pool(x * gate[:, :, None, None]), (0, 0, 0, 0))
        x = self.norm(x.reshape(x.shape[0], -1)).relu()
        return functional.softmax(x @ self.weight + self.bias, dim=1)


def exported(model, images, dynamo, opset, **more):
    file = io.BytesIO()
    torch.onnx.export(
        model, (images,), file, dynamo=dynamo, opset_version=opset, input_names=["images"], output_names=["logits"],
        **({"external_data": False, "verbose": False} if dynamo else {}), **more,
    )
    proto = onnx.load_from_string(file.getvalue())
    for node in proto.graph.node:  # long, and read by nobody
        del node.metadata_props[:]
        node.ClearField("doc_string")
    for value in [*proto.graph.input, *proto.graph.output]:
        del value.metadata_props[:]
    del proto.graph.value_info[:]
    del proto.graph.metadata_props[:]
    for tensor in proto.graph.initializer:
        del tensor.metadata_props[:]
    return proto


def packed(proto):
    return base64.b64encode(zlib.compress(proto.SerializeToString(), 9)).decode()


def text(array):
    return base64.b64encode(numpy.asarray(array, "<f4").tobytes()).decode()


def computed(proto, images):
    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    (logits,) = session.run(None, {session.get_inputs()[0].name: images.numpy()})
    return text(logits)


KEPT = {"training": TrainingMode.PRESERVE, "do_constant_folding": False}
ANY = {"dynamic_axes": {"images": {0: "batch", 2: "height", 3: "width"}}}
NETWORKS = {
    "option A": (option_a, (3, 8, 8), {"old folded": (False, 11, {}), "old": (False, 13, KEPT), "old, any size": (False, 17, ANY), "new folded": (True, 18, {}), "new": (True, 20, {"optimize": False})}),
    "preactivated": (preactivated, (3, 8, 8), {"old": (False, 13, KEPT), "new folded": (True, 18, {})}),
    "gated": (Gated, (3, 21, 15), {"old": (False, 11, KEPT), "old folded": (False, 17, {}), "new": (True, 18, {"optimize": False})}),
    "flat": (Flat, (4, 6, 3), {"old": (False, 13, {}), "new": (True, 18, {}), "new, not optimized": (True, 18, {"optimize": False})}),
}


def networks():
    for name, (build, shape, variants) in NETWORKS.items():
        model = generated(build())
        images = torch.randn(2, *shape, generator=torch.Generator().manual_seed(8))
        for variant, (dynamo, opset, more) in variants.items():
            proto = exported(model, images, dynamo, opset, **more)
            yield f"{name}, {variant}", {
                "file": packed(proto),
                "images": text(images),
                "logits": computed(proto, images),
            }


def types():
    """Tensors whose values are raw, and in the field of their type, packed as protocol buffers pack them."""
    values = [0, 1, 2, 120]
    for name, type in {key: value for key, value in TensorProto.DataType.items()}.items():
        if name not in "FLOAT UINT8 INT8 UINT16 INT16 INT32 INT64 BOOL FLOAT16 DOUBLE UINT32 UINT64 BFLOAT16".split():
            continue
        for raw in False, True:
            if raw:
                array = numpy.array(values, helper.tensor_dtype_to_np_dtype(type))
                yield helper.make_tensor(f"{name} raw", type, [2, 2], array.tobytes(), raw=True)
            else:
                yield helper.make_tensor(f"{name} typed", type, [2, 2], values)
    yield helper.make_tensor("negative", TensorProto.INT64, [3], [-1, -(2**63), 2**63 - 1])
    yield helper.make_tensor("empty", TensorProto.FLOAT, [0, 2], [])
    yield helper.make_tensor("texts", TensorProto.STRING, [1], ["a"])


def tensors():
    graph = helper.make_graph([], "tensors", [], [], [*types()])
    proto = helper.make_model(graph, producer_name="onnx", producer_version=onnx.__version__, opset_imports=[helper.make_opsetid("", 17)])
    helper.set_model_props(proto, {"author": "a", "licence": "b"})
    return {"file": packed(proto)}


content = {**dict(networks()), "tensors": tensors()}
target.write_text(json.dumps(content, indent=1) + "\n")
for name, each in content.items():
    print(name, len(each["file"]))
