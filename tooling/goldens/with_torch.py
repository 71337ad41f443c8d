"""A network's nodes in PyTorch, in float64 and with its own gradients. Maps are [batch, channels, height, width] in here."""

import numpy
import torch
from torch.nn import functional


def passes(network, variables, images, upstream):
    """What reference.py calls quantities, by name, in the layout of packages/parity."""
    weights = {id: torch.tensor(value, requires_grad=True) for id, value in variables.items()}
    x = torch.tensor(images, requires_grad=True)
    quantities = {}
    with torch.no_grad():
        quantities["inference"] = channels_last(run(network, weights, x, training=False, moments={}))
    moments = {}
    result = run(network, weights, x, training=True, moments=moments)
    quantities["training"] = channels_last(result)
    for id, value in moments.items():
        quantities[f"moment {id}"] = value.detach().numpy()
    dy = torch.tensor(upstream)
    result.backward(channels_first(dy) if dy.ndim == 4 else dy)
    quantities["gradient images"] = x.grad.numpy()
    for id, weight in weights.items():
        if weight.grad is not None:
            quantities[f"gradient {id}"] = weight.grad.numpy()
    return quantities


def loss(logits, labels):
    x = torch.tensor(logits, requires_grad=True)
    value = functional.cross_entropy(x, torch.tensor(labels))
    value.backward()
    return {"loss": value.detach().numpy(), "gradient": x.grad.numpy()}


def running_statistics(x, mean, variance, momentum, epsilon):
    """Mean and variance after a training pass; PyTorch's momentum is the share of the new statistic."""
    layer = torch.nn.BatchNorm2d(x.shape[-1], eps=epsilon, momentum=1 - momentum, dtype=torch.float64)
    layer.running_mean.copy_(torch.tensor(mean))
    layer.running_var.copy_(torch.tensor(variance))
    layer.train()(channels_first(torch.tensor(x)))
    return layer.running_mean.numpy(), layer.running_var.numpy()


def run(network, weights, images, training, moments):
    results = []
    for node in network["nodes"]:
        inputs = [results[each] for each in node["from"]]
        own = lambda role: weights[f"{node['site']}.{role}"]
        results.append(compute(node, inputs, own, images, training, moments))
    return results[-1]


def compute(node, inputs, own, images, training, moments):
    op = node["op"]
    x = inputs[0] if inputs else None
    match op["op"]:
        case "input":
            return channels_first(images)
        case "conv":
            x = padded(x, op, op["kernelSize"], 0.0)
            bias = own("bias") if op["bias"] else None
            return functional.conv2d(x, own("kernel").permute(3, 2, 0, 1), bias, stride=op["strides"])
        case "norm":
            if not training:
                running = (own("mean"), own("variance"))
                return functional.batch_norm(x, *running, own("scale"), own("offset"), False, 0, op["epsilon"])
            variance, mean = torch.var_mean(x, dim=(0, 2, 3), correction=0)
            moments[f"{node['site']}.mean"] = mean
            moments[f"{node['site']}.variance"] = variance
            return functional.batch_norm(x, None, None, own("scale"), own("offset"), True, 0, op["epsilon"])
        case "act":
            functions = {"relu": functional.relu, "relu6": functional.relu6, "sigmoid": torch.sigmoid}
            return functions[op["activation"]](x)
        case "add":
            return x + inputs[1]
        case "pad":
            return functional.pad(x, (op["left"], op["right"], op["top"], op["bottom"]))
        case "pool" if op["mode"] == "max":
            return functional.max_pool2d(padded(x, op, op["size"], -torch.inf), op["size"], op["strides"])
        case "pool":
            mean = lambda map: functional.avg_pool2d(padded(map, op, op["size"], 0.0), op["size"], op["strides"])
            return mean(x) / mean(torch.ones_like(x))  # a mean leaves padding out
        case "flatten":
            return x.permute(0, 2, 3, 1).flatten(1)
        case "dense":
            return functional.linear(x, own("kernel").T, own("bias"))
        case other:
            raise ValueError(f"Unknown operation {other}.")


def padded(x, op, window, value):
    """TensorFlow's 'same', which PyTorch lacks with strides: an odd number of pixels has one more after the map."""
    if op["padding"] == "valid":
        return x
    sides = []
    for length, size, stride in reversed(list(zip(x.shape[2:], window, op["strides"]))):
        total = max((-(-length // stride) - 1) * stride + size - length, 0)
        sides += [total // 2, total - total // 2]
    return functional.pad(x, sides, value=value)


def channels_first(x):
    return x.permute(0, 3, 1, 2)


def channels_last(result):
    y = result.detach()
    return numpy.ascontiguousarray((y.permute(0, 2, 3, 1) if y.ndim == 4 else y).numpy())
