"""Writes what the networks of the family compute where they come from: tooling/goldens/family/*.json.

    python tooling/goldens/family.py resnet50 keras/resnet50v2
    python tooling/goldens/family.py --all [--missing]
    python tooling/goldens/family.py --sampling

torchvision's, timm's and CIFAR's run in PyTorch, Keras's and MLPerf's in TensorFlow; in float64, and in float32 to measure
what it loses. Neither weights nor images are stored: family_sampling.py and src/sampling.ts make them.
"""

import hashlib
import importlib
import json
import sys
import time
from pathlib import Path

import numpy

from family_sampling import CHUNK, hash_text, products, sample, sample_images, value_range

FOLDER = Path(__file__).parent / "family"
FAMILY = json.loads(FOLDER.with_suffix(".json").read_text())
MODULES = {
    "torchvision": "family_torch",
    "timm": "family_torch",
    "cifar": "family_torch",
    "keras": "family_keras",
    "mlperf": "family_keras",
}
# A gradient jumps where a value falls on the other side of a ReLU's kink, and one run may miss all of them: in all but the first,
# weights and images are changed by up to a unit in the last place, which is as much as any float32 computation loses.
FLOAT32_RUNS = 8
# A larger gradient is stored by its measures alone.
MAX_VALUES = 600
CASES = {"torchvision": "imagenet", "timm": "imagenet", "keras": "imagenet", "cifar": "cifar", "mlperf": "mlperf"}


def digits(value, count=9):
    """A number with so many digits; lists of them, too."""
    if isinstance(value, (list, tuple)):
        return [digits(each, count) for each in value]
    return float(f"{value:.{count}g}")


def rows(array):
    return digits(numpy.asarray(array).tolist())


def norm(array):
    return float(numpy.linalg.norm(numpy.asarray(array).reshape(-1)))


def distance(actual, expected):
    return norm(actual - expected) / norm(expected)


def relative(difference, size):
    """0 if there is no difference: what a ReLU never lets through has a gradient of 0."""
    return 0.0 if difference == 0 else difference / size


def size_of(key, norms):
    """What an error is relative to: the norm. The gradient of a bias before a normalization is 0: its kernel's counts."""
    kernel = norms.get(key.removesuffix("bias") + "kernel", 0) if key.endswith(".bias") else 0
    return max(norms[key], kernel)


def total(norms):
    """The norm of all tensors together."""
    return norm(list(norms.values()))


def compare_tensors(name, truth, others):
    """The measures of tensors with each one's floor, and the floor of all; `others`: norms of differences, by key."""
    norms = {key: norm(value) for key, value in truth.items()}
    rows = {}
    for key, value in truth.items():
        floor = max(relative(other[key], size_of(key, norms)) for other in others)
        rows[key] = [*digits([norms[key], *products(f"{name}/{key}", value)]), digits(floor, 3)]
    return rows, digits(max(total(other) / total(norms) for other in others), 3)


def differences(run, truth):
    """Of a training step in float32: norms of differences, without the tensors, which may take gigabytes."""
    tensors = {
        kind: {key: norm(value - truth[kind][key]) for key, value in run[kind].items()} for kind in ("gradients", "statistics")
    }
    return {
        "logits": distance(run["logits"], truth["logits"]),
        "loss": abs(run["loss"] / truth["loss"] - 1),
        **tensors,
    }


def golden(name, thin=None):
    source = FAMILY["networks"][name]["source"]
    module = importlib.import_module(MODULES[source])
    case = FAMILY["cases"][CASES[source]]
    result = {"network": name, "source": module.source_words(source), "classes": FAMILY["classes"]}
    if thin is None:
        weights, total, multiply_adds = module.count(name, source, case["counted"])
        published = FAMILY["networks"][name]["parameters"]
        if published != (total if MODULES[source] == "family_keras" else weights):
            sys.exit(f"{name} has {weights} weights and {total} parameters; {published} are published.")
        result["counted"] = {**case["counted"], "weights": weights, "parameters": total, "multiplyAdds": multiply_adds}
    else:
        result["thin"] = thin
    runner = module.Runner(name, source, FAMILY["classes"], thin)
    result["inference"] = []
    for shape in case["inference"]:
        truth = runner.inference(shape, 64)
        floor = distance(runner.inference(shape, 32), truth)
        result["inference"].append({"images": shape, "floor": digits(floor, 3), "logits": rows(truth)})
    shape = case["training"]
    truth = runner.training(shape, 64)
    others = [differences(runner.training(shape, 32, seed), truth) for seed in range(FLOAT32_RUNS)]
    floor = lambda kind: digits(max(each[kind] for each in others), 3)
    tables = {
        kind: compare_tensors(runner.key, truth[kind], [each[kind] for each in others])
        for kind in ("gradients", "statistics")
    }
    result["training"] = {
        "images": shape,
        "logits": rows(truth["logits"]),
        "loss": digits(truth["loss"]),
        "floors": {
            **{kind: floor(kind) for kind in ("logits", "loss")},
            **{kind: floor for kind, (_, floor) in tables.items()},
        },
        **{kind: rows for kind, (rows, _) in tables.items()},
    }
    if thin is not None:
        result["training"]["values"] = {
            key: digits(value.reshape(-1).tolist(), 7)
            for key, value in truth["gradients"].items()
            if value.size <= MAX_VALUES
        }
    return result


def write(name, thin=None):
    started = time.time()
    result = golden(name, thin)
    path = path_of(name, thin)
    path.parent.mkdir(parents=True, exist_ok=True)
    training = result["training"]
    table = lambda rows: "{\n" + ",\n".join(f'      {json.dumps(k)}: {json.dumps(v)}' for k, v in rows.items()) + "\n    }"
    fields = [f'    {json.dumps(k)}: {table(v) if k in TABLES else json.dumps(v)}' for k, v in training.items()]
    head = [f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in result.items() if k != "training"]
    text = "{\n" + ",\n".join(head) + ',\n  "training": {\n' + ",\n".join(fields) + "\n  }\n}\n"
    assert json.loads(text) == json.loads(json.dumps(result))
    path.write_text(text)
    floors = " ".join(f"{key} {value:.1e}" for key, value in training["floors"].items())
    inference = " ".join(f"{each['floor']:.1e}" for each in result["inference"])
    print(f"{name}{'' if thin is None else ', thin'}: inference {inference}; {floors}; {time.time() - started:.0f} s", flush=True)


TABLES = ("gradients", "statistics", "values")


def path_of(name, thin=None):
    folder = FOLDER if thin is None else FOLDER / "thin"
    return folder / f"{name.replace('/', '-')}.json"


def write_sampling():
    """Checksums of sampled numbers, for the other side to compare with."""
    cases = []
    for name, size, role, shape in [
        ("resnet50/stage1.block0.branch.linear2.kernel", 4096, "kernel", (1, 1, 128, 512)),
        ("cifar/resnet20/stem.norm0.variance", 16, "variance", (16,)),
        ("a tensor of several chunks", CHUNK + 5, "offset", (CHUNK + 5,)),
        ("", 3, "scale", (3,)),
    ]:
        values = sample(name, (size,), *value_range(role, shape, is_last_norm=False))
        cases.append(
            {
                "name": name,
                "role": role,
                "shape": shape,
                "size": size,
                "hash": hash_text(name),
                "first": [float(each) for each in values[:3]],
                "sha256": hashlib.sha256(values.tobytes()).hexdigest(),
                "products": products(name, values),
            }
        )
    images = sample_images("resnet50", (2, 3, 4, 3))
    result = {"cases": cases, "images": hashlib.sha256(images.tobytes()).hexdigest()}
    (FOLDER / "sampling.json").write_text(json.dumps(result, indent=2) + "\n")


def main(arguments):
    if "--sampling" in arguments:
        write_sampling()
        return
    only_missing = "--missing" in arguments
    names = [each for each in arguments if not each.startswith("--")]
    if "--all" in arguments:
        names = list(FAMILY["networks"])
    if not names or not set(names) <= set(FAMILY["networks"]):
        sys.exit(__doc__)
    thin = [(name, FAMILY["thin"][name]) for name in names if name in FAMILY["thin"]]
    for name, thinning in thin + [(name, None) for name in names]:
        if not (only_missing and path_of(name, thinning).exists()):
            write(name, thinning)


main(sys.argv[1:])
