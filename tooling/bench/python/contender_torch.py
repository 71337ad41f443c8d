"""The workload in PyTorch."""

import torch
from torch import nn
from torch.nn import functional


def open_workload(workload, threads):
    torch.set_num_threads(threads)
    model = Network(workload)
    # [batch, channels, height, width] in shape; channels stay last in memory, which oneDNN prefers.
    images = torch.from_numpy(workload.images).permute(0, 3, 1, 2)
    if workload.task == "inference":
        model.eval()

        def infer():
            with torch.inference_mode():
                return model(images).ravel().tolist()

        return torch.__version__, infer
    model.train()
    labels = torch.from_numpy(workload.labels)
    optimizer = torch.optim.Adam(model.parameters(), lr=workload.learningRate, eps=1e-7)

    def step():
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        return [loss.item()]

    return torch.__version__, step


class Network(nn.Module):
    def __init__(self, workload):
        super().__init__()
        self.nodes = with_own_margins(workload.nodes)
        self.used = {number for node in self.nodes for number in node["from"]} | {len(self.nodes) - 1}
        self.layers = nn.ModuleDict()
        for index, node in enumerate(self.nodes):
            if node["parameters"]:
                self.layers[str(index)] = layer_of(node, lambda role: torch.from_numpy(workload.values(node, role)))
        self.to(memory_format=torch.channels_last)

    def forward(self, images):
        results = [images]
        for index, node in enumerate(self.nodes[1:], 1):
            if index not in self.used:
                results.append(None)
                continue
            inputs = [results[number] for number in node["from"]]
            known = str(index) in self.layers
            results.append(self.layers[str(index)](inputs[0]) if known else apply(node, inputs))
        return results[-1]


def with_own_margins(nodes):
    """Nodes whose convolutions and pools have the margins that were nodes before them, as PyTorch's own networks do."""
    merged = [dict(node) for node in nodes]
    for node in merged:
        if node["op"] not in ("conv", "pool"):
            continue
        before = merged[node["from"][0]]
        if before["op"] == "pad" and before["top"] == before["bottom"] and before["left"] == before["right"]:
            node["margins"] = (before["top"], before["left"])
            node["from"] = before["from"]
    return merged


def layer_of(node, values):
    match node["op"]:
        case "conv":
            kernel = values("kernel").permute(3, 2, 0, 1)
            if node["padding"] == "same" and (node["strides"] != [1, 1] or kernel.shape[2] % 2 == 0):
                raise ValueError("PyTorch: 'same' with strides or even kernels is not supported")
            layer = nn.Conv2d(
                kernel.shape[1] * node["groups"],
                kernel.shape[0],
                node["kernelSize"],
                node["strides"],
                padding="same" if node["padding"] == "same" else node.get("margins", 0),
                groups=node["groups"],
                bias=node["bias"],
            )
            fill(layer.weight, kernel)
            if node["bias"]:
                fill(layer.bias, values("bias"))
            return layer
        case "norm":
            mean = values("mean")
            layer = nn.BatchNorm2d(len(mean), eps=node["epsilon"], momentum=1 - node["momentum"])
            fill(layer.weight, values("scale"))
            fill(layer.bias, values("offset"))
            fill(layer.running_mean, mean)
            fill(layer.running_var, values("variance"))
            return layer
        case "dense":
            kernel = values("kernel").T
            layer = nn.Linear(kernel.shape[1], kernel.shape[0])
            fill(layer.weight, kernel)
            fill(layer.bias, values("bias"))
            return layer
    raise ValueError(f"PyTorch: {node['op']} is not supported")


def fill(parameter, values):
    with torch.no_grad():
        parameter.copy_(values)


def apply(node, inputs):
    x = inputs[0]
    match node["op"]:
        case "act":
            return functional.relu(x)
        case "add":
            return x + inputs[1]
        case "pad":
            return functional.pad(x, [node["left"], node["right"], node["top"], node["bottom"]])
        case "pool":
            if node["padding"] == "same":
                raise ValueError("PyTorch: pooling with 'same' is not supported")
            pool = functional.max_pool2d if node["mode"] == "max" else functional.avg_pool2d
            return pool(x, node["size"], node["strides"], node.get("margins", 0))
        case "globalPool":
            return x.mean((2, 3), keepdim=node["keepDims"])
        case "flatten":
            return x.permute(0, 2, 3, 1).flatten(1)
    raise ValueError(f"PyTorch: {node['op']} is not supported")
