"""Trains in PyTorch what training.mjs trained, from the same initial values on the same batches, and compares:

    python tooling/goldens/training.py steps|epochs FOLDER [--backends wasm,node]

`steps` compares the loss of each step, and the variables after the last; with --floors, PyTorch's own float32 with float64, and
with itself from initial values that differ in the last place. `epochs` compares the mean loss of the second epoch by seed;
with --order, PyTorch shuffles by itself.

    python tooling/goldens/training.py golden

writes family/training.json: the losses of ten steps of a thin network on generated images, and its variables after them.
"""

import argparse
import json
import pathlib
import time

import numpy

import family_torch
from family_sampling import labels, nudged, products

import torch
from torch.nn import functional

HERE = pathlib.Path(__file__).parent
LEARNING_RATES = {"steps": 0.01, "epochs": 0.1, "tuned": 0.01}
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


def cifar_batches(images, target, order, dtype):
    """The batches of an order of epochs; the last batch of an epoch takes those that remain."""
    count = len(target)
    for epoch in range(0, len(order), count):
        rest = order[epoch : epoch + count]
        for start in range(0, len(rest), BATCH):
            indices = torch.from_numpy(rest[start : start + BATCH].astype(numpy.int64))
            levels = images[indices].permute(0, 3, 1, 2).to(dtype) / 255
            yield (levels - MEAN) / STD, target[indices]


def train(folder, kind, seed, variant=None, steps=None):
    """A training as training.mjs left it; the variant 'order' shuffles otherwise, 'nudged' changes the initial values by up to a
    unit in the last place, and 'float64' computes in it."""
    dtype = torch.float64 if variant == "float64" else torch.float32
    images, _ = read_tensors(folder / "images.safetensors")
    pixels = torch.from_numpy(images["images"].copy())
    target = torch.from_numpy(images["labels"].astype(numpy.int64))
    start, _ = read_tensors(folder / f"{kind}-seed{seed}.safetensors")
    order = start["order"]
    if variant == "order":
        random = torch.Generator().manual_seed(100 + seed)
        epochs = len(order) // len(target)
        order = torch.cat([torch.randperm(len(target), generator=random) for _ in range(epochs)]).numpy()
    if variant == "nudged":
        start = {key: nudged(each, [1, index]) for index, (key, each) in enumerate(start.items()) if key != "order"}
    model = family_torch.build("cifar/resnet20", "cifar", 10).to(dtype)
    load(model, start)
    batches = cifar_batches(pixels, target, order if steps is None else order[: steps * BATCH], dtype)
    return take_steps(model, batches, LEARNING_RATES[kind], 1e-4), model


def differences(what, losses, others, values, model):
    """Prints how far losses and variables, by key, are from others and a model's."""
    apart = [abs(a - b) for a, b in zip(losses, others, strict=True)]
    print(f"{what}: losses differ by at most {max(apart):.1e}:", " ".join(f"{each:.0e}" for each in apart))
    for roles in (("mean",), ("variance",), ("kernel", "bias", "scale", "offset")):
        pairs = [
            (values[key].astype(float), family_torch.to_ours(tensor))
            for key, role, tensor in parameters_of(model)
            if role in roles
        ]
        norm = lambda each: sum((value**2).sum() for value in each) ** 0.5
        relative = norm([a - b for a, b in pairs]) / norm([b for _, b in pairs])
        print(f"    {', '.join(roles)}: relative L2 {relative:.1e}", flush=True)


def compare_steps(folder, backends, floors):
    losses, model = train(folder, "steps", 0)
    print("PyTorch:", " ".join(f"{each:.6f}" for each in losses))
    for backend in backends:
        values, metadata = read_tensors(folder / f"steps-seed0-{backend}.safetensors")
        differences(f"{backend} and PyTorch", json.loads(metadata["losses"]), losses, values, model)
    for variant in ("nudged", "float64") if floors else ():
        others, other = train(folder, "steps", 0, variant)
        values = {key: family_torch.to_ours(tensor) for key, _, tensor in parameters_of(other)}
        differences(f"PyTorch, {variant}, and PyTorch", others, losses, values, model)
        for backend in backends if variant == "float64" else ():
            values, metadata = read_tensors(folder / f"steps-seed0-{backend}.safetensors")
            differences(f"{backend} and PyTorch, {variant}", json.loads(metadata["losses"]), others, values, other)


def compare_epochs(folder, backends, seeds, variant):
    for seed in seeds:
        started = time.time()
        name = "-".join(["pytorch", *([variant] if variant else [])])
        losses, _ = train(folder, "epochs", seed, variant)
        (folder / f"epochs-seed{seed}-{name}.json").write_text(json.dumps(losses))
        print(f"{name}, seed {seed}: {second_epoch(losses):.4f} ({time.time() - started:.0f} s)", flush=True)
    means = {}
    for seed in range(4):
        for name in ("pytorch", "pytorch-order"):
            path = folder / f"epochs-seed{seed}-{name}.json"
            if path.exists():
                means.setdefault(name, []).append(second_epoch(json.loads(path.read_text())))
        for backend in backends:
            path = folder / f"epochs-seed{seed}-{backend}.safetensors"
            if path.exists():
                means.setdefault(backend, []).append(second_epoch(json.loads(read_tensors(path)[1]["losses"])))
    for name, values in means.items():
        each = " ".join(f"{value:.4f}" for value in values)
        spread = f", std {numpy.std(values, ddof=1):.4f}" if len(values) > 1 else ""
        print(f"{name}: {each}; mean {numpy.mean(values):.4f}{spread}")


def compare_tuned(folder, backends, images, floors):
    """One epoch from trained weights: its losses, and how many test images are right after it, by whose training."""
    losses, model = train(folder, "tuned", 0)
    mean = lambda each: sum(loss * min(BATCH, 10_000 - step * BATCH) for step, loss in enumerate(each)) / 10_000
    print(f"PyTorch: mean loss {mean(losses):.5f}, {count_right(model, images)} right")
    for words, variant, threads in [("changed by a unit in the last place", "nudged", 2), ("one thread", None, 1)] if floors else []:
        torch.set_num_threads(threads)
        others, _ = train(folder, "tuned", 0, variant, steps=20)
        apart = [abs(a - b) for a, b in zip(losses, others)]
        print(f"PyTorch, {words}: within {max(apart):.1e} of PyTorch:", " ".join(f"{each:.0e}" for each in apart), flush=True)
    torch.set_num_threads(2)
    for backend in backends:
        values, metadata = read_tensors(folder / f"tuned-seed0-{backend}.safetensors")
        ours = json.loads(metadata["losses"])
        apart = [abs(a - b) for a, b in zip(losses, ours, strict=True)]
        print(f"{backend}: apart", " ".join(f"{each:.0e}" for each in apart[:20]))
        print(f"{backend}: first 20 losses within {max(apart[:20]):.1e} of PyTorch's, mean loss {mean(ours):.5f}")
        state = torch.load(folder / f"tuned-{backend}.pth", weights_only=True)
        # Of the names in the file, which are those of CIFAR's networks elsewhere, the order is taken.
        stored = [tensor for name, tensor in state.items() if not name.endswith("num_batches_tracked")]
        pairs = list(zip(stored, parameters_of(model), strict=True))
        with torch.no_grad():
            for tensor, (_, _, own) in pairs:
                own.copy_(tensor)
        equal = all(numpy.array_equal(family_torch.to_ours(own), values[key]) for _, (key, _, own) in pairs)
        words = "the values that were trained" if equal else "OTHER VALUES"
        print(f"{backend}: tuned-{backend}.pth in PyTorch has {words}, {count_right(model, images)} right")


def count_right(model, folder):
    from PIL import Image

    model.eval()
    right = 0
    with torch.no_grad():
        for label, place in enumerate(sorted(each for each in folder.iterdir() if each.is_dir())):
            levels = numpy.stack([numpy.asarray(Image.open(path).convert("RGB")) for path in sorted(place.iterdir())])
            pixels = torch.from_numpy(levels).permute(0, 3, 1, 2).float() / 255
            right += int((model((pixels - MEAN) / STD).argmax(1) == label).sum())
    return right


def second_epoch(losses, count=10_000):
    last = losses[len(losses) // 2 :]
    return sum(loss * min(BATCH, count - step * BATCH) for step, loss in enumerate(last)) / count


def golden():
    """With a decay of 1e-4, which ten steps hardly feel, and with one that they do."""
    name, thin, steps, classes = "cifar/resnet20", {"divisor": 4, "draw": 0}, 10, 5
    shape = [16, 32, 32, 3]
    key = f"thin/{name}/{thin['draw']}"
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
    parser.add_argument("kind", choices=["steps", "epochs", "tuned", "golden"])
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--backends", default="node")
    parser.add_argument("--floors", action="store_true")
    parser.add_argument("--order", action="store_true")
    parser.add_argument("--seeds", default="0,1,2,3")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--test", type=pathlib.Path, default=pathlib.Path("../shared/data/cifar10/test"))
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    backends = arguments.backends.split(",")
    if arguments.kind == "golden":
        golden()
    elif arguments.folder is None:
        parser.error("FOLDER is missing.")
    elif arguments.kind == "steps":
        compare_steps(arguments.folder, backends, arguments.floors)
    elif arguments.kind == "tuned":
        compare_tuned(arguments.folder, backends, arguments.test, arguments.floors)
    else:
        seeds = [int(each) for each in arguments.seeds.split(",") if each]
        compare_epochs(arguments.folder, backends, seeds, "order" if arguments.order else None)


main()
