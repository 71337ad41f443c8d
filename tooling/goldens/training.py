"""Trains in PyTorch what training.mjs trained, from the same initial values on the same batches, and compares:

    python tooling/goldens/training.py steps|epochs FOLDER [--backends wasm,node] [--own-orders]

`steps` compares the loss of each step and the running statistics after the last; `epochs` the mean loss of the second epoch by
seed, and with --own-orders trains each seed again with another order of the images, for PyTorch's own spread.

    python tooling/goldens/training.py golden

writes family/training.json: the losses of ten steps of a thin network on generated images, and its variables after them.
"""

import argparse
import json
import pathlib
import time

import numpy

import family_torch
from family_sampling import labels, products

import torch
from torch.nn import functional

HERE = pathlib.Path(__file__).parent
MOMENTUM = 0.9
BATCH = 128
DTYPES = {"F32": numpy.float32, "U32": numpy.uint32, "U8": numpy.uint8}
MEAN = torch.tensor([0.485, 0.456, 0.406]).reshape(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).reshape(3, 1, 1)


def read_tensors(path):
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, each in header.items():
        begin, end = (8 + length + offset for offset in each["data_offsets"])
        tensors[name] = numpy.frombuffer(data[begin:end], DTYPES[each["dtype"]]).reshape(each["shape"])
    return tensors, metadata


def parameters_of(model):
    """(key, role, tensor) of each parameter and running statistic."""
    for layer, kind, module in family_torch.layers_of(model)[0]:
        for attribute, role in family_torch.ROLES[kind].items():
            tensor = getattr(module, attribute)
            if tensor is not None:
                yield f"{layer}.{role}", role, tensor


def load(model, values):
    with torch.no_grad():
        for key, _, tensor in parameters_of(model):
            tensor.copy_(family_torch.to_torch(values[key]))


def take_steps(model, batches, learning_rate, weight_decay):
    """The loss of each batch, before its step."""
    model.train()
    settings = {"lr": learning_rate, "momentum": MOMENTUM, "weight_decay": weight_decay}
    optimizer = torch.optim.SGD(model.parameters(), **settings)
    losses = []
    for images, target in batches:
        optimizer.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(model(images), target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def cifar_batches(images, target, order):
    """The batches of an order of epochs; the last batch of an epoch takes those that remain."""
    count = len(target)
    for epoch in range(0, len(order), count):
        rest = order[epoch : epoch + count]
        for start in range(0, len(rest), BATCH):
            indices = torch.from_numpy(rest[start : start + BATCH].astype(numpy.int64))
            levels = images[indices].permute(0, 3, 1, 2).float() / 255
            yield (levels - MEAN) / STD, target[indices]


def train(folder, kind, seed, learning_rate, own_order=None):
    images, _ = read_tensors(folder / "images.safetensors")
    target = torch.from_numpy(images["labels"].astype(numpy.int64))
    start, _ = read_tensors(folder / f"{kind}-seed{seed}.safetensors")
    order = start["order"]
    if own_order is not None:
        random = torch.Generator().manual_seed(own_order)
        epochs = len(order) // len(target)
        order = torch.cat([torch.randperm(len(target), generator=random) for _ in range(epochs)]).numpy()
    model = family_torch.build("cifar/resnet20", "cifar", 10)
    load(model, start)
    pixels = torch.from_numpy(images["images"].copy())
    return take_steps(model, cifar_batches(pixels, target, order), learning_rate, 1e-4), model, len(target)


def compare_steps(folder, backends):
    losses, model, _ = train(folder, "steps", 0, 0.01)
    print("PyTorch:", " ".join(f"{each:.6f}" for each in losses))
    for backend in backends:
        ours, metadata = read_tensors(folder / f"steps-seed0-{backend}.safetensors")
        apart = [abs(a - b) for a, b in zip(json.loads(metadata["losses"]), losses, strict=True)]
        print(f"{backend}: losses differ by at most {max(apart):.1e}:", " ".join(f"{each:.0e}" for each in apart))
        for roles in (("mean",), ("variance",), ("kernel", "bias", "scale", "offset")):
            pairs = [
                (ours[key].astype(float), family_torch.to_ours(tensor))
                for key, role, tensor in parameters_of(model)
                if role in roles
            ]
            norm = lambda values: sum((each**2).sum() for each in values) ** 0.5
            relative = norm([a - b for a, b in pairs]) / norm([b for _, b in pairs])
            print(f"{backend}: {' and '.join(roles)}, relative L2 {relative:.1e}")


def compare_epochs(folder, backends, own_orders):
    def second_epoch(losses, count):
        last = losses[len(losses) // 2 :]
        return sum(loss * min(BATCH, count - step * BATCH) for step, loss in enumerate(last)) / count

    means = {}
    runs = [None] + ([100] if own_orders else [])
    for offset in runs:
        for seed in range(4):
            started = time.time()
            losses, _, count = train(folder, "epochs", seed, 0.1, None if offset is None else offset + seed)
            name = "PyTorch" if offset is None else "PyTorch, other orders"
            means.setdefault(name, []).append(second_epoch(losses, count))
            print(f"{name}, seed {seed}: {means[name][-1]:.4f} ({time.time() - started:.0f} s)", flush=True)
    for backend in backends:
        for seed in range(4):
            _, metadata = read_tensors(folder / f"epochs-seed{seed}-{backend}.safetensors")
            means.setdefault(backend, []).append(second_epoch(json.loads(metadata["losses"]), count))
    for name, values in means.items():
        each = " ".join(f"{value:.4f}" for value in values)
        print(f"{name}: {each}; mean {numpy.mean(values):.4f}, std {numpy.std(values, ddof=1):.4f}")


def golden():
    """With a decay of 1e-4, which ten steps hardly feel, and with one that they do."""
    name, thin, steps, classes = "cifar/resnet20", 4, 10, 5
    shape = [16, 32, 32, 3]
    key = f"thin/{name}"
    dtype = torch.float64
    target = torch.tensor(labels(shape[0], classes))
    runs = []
    for weight_decay in (1e-4, 0.1):
        model = family_torch.build(name, "cifar", classes, thin)
        family_torch.fill(key, model)
        model.to(dtype)
        batches = [(family_torch.image_tensor(f"{key}/step{step}", shape, dtype), target) for step in range(steps)]
        losses = take_steps(model, batches, 0.01, weight_decay)
        digits = lambda values: [float(f"{value:.9g}") for value in values]
        variables = {}
        for each, _, tensor in parameters_of(model):
            values = family_torch.to_ours(tensor)
            variables[each] = digits([float(numpy.sqrt((values**2).sum())), *products(f"{key}/{each}", values)])
        runs.append({"weightDecay": weight_decay, "losses": digits(losses), "variables": variables})
        print(weight_decay, runs[-1]["losses"])
    head = {
        **{"network": name, "source": family_torch.source_words("cifar"), "thin": thin, "classes": classes},
        **{"images": shape, "learningRate": 0.01, "momentum": MOMENTUM},
    }
    (HERE / "family" / "training.json").write_text(json.dumps({**head, "runs": runs}, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["steps", "epochs", "golden"])
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--backends", default="node")
    parser.add_argument("--own-orders", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    backends = arguments.backends.split(",")
    if arguments.kind == "golden":
        golden()
    elif arguments.folder is None:
        parser.error("FOLDER is missing.")
    elif arguments.kind == "steps":
        compare_steps(arguments.folder, backends)
    else:
        compare_epochs(arguments.folder, backends, arguments.own_orders)


main()
