"""Prints what Keras and PyTorch compute, in float64, for the networks that networks.mjs prints:

    node tooling/goldens/networks.mjs | python tooling/goldens/reference.py > packages/parity/src/reference/goldens.json

Each quantity (a result, a batch's moment, a gradient) is flattened and represented by three numbers: its L2 norm, its dot
product with cos(0), cos(1), …, which depends on every value and its position, and its middle value. Prints nothing if
the two libraries differ by more than rounding.
"""

import json
import platform
import sys

import numpy

import with_keras
import with_torch
from sampling import sample_loss, sample_network

MAX_DIFFERENCE = 1e-12  # relative to the quantity's norm; both compute in float64, but in different orders
COMMAND = "node tooling/goldens/networks.mjs | python tooling/goldens/reference.py"


def measures(value):
    flat = numpy.asarray(value, dtype=numpy.float64).reshape(-1)
    cosines = numpy.cos(numpy.arange(flat.size, dtype=numpy.float64))
    return [float(f"{each:.14g}") for each in (numpy.linalg.norm(flat), flat @ cosines, flat[flat.size // 2])]


def size_of(name, quantities):
    """What a difference is relative to: the norm. A bias before a normalization has a gradient of 0, so its kernel's counts."""
    norm = numpy.linalg.norm(quantities[name])
    if name.startswith("gradient ") and name.endswith(".bias"):
        norm = max(norm, numpy.linalg.norm(quantities[name.removesuffix("bias") + "kernel"]))
    return norm


def compare(title, keras, torch):
    """The measures of both libraries' quantities, and the largest difference."""
    if keras.keys() != torch.keys():
        sys.exit(f"{title}: only one library has {sorted(keras.keys() ^ torch.keys())}.")
    worst = 0.0
    quantities = {}
    for name in keras:
        if keras[name].shape != torch[name].shape:
            sys.exit(f"{title}, {name}: shape {keras[name].shape} in Keras, {torch[name].shape} in PyTorch.")
        apart = numpy.linalg.norm(keras[name] - torch[name]) / size_of(name, keras)
        if not apart <= MAX_DIFFERENCE:
            sys.exit(f"{title}, {name}: Keras and PyTorch differ by a relative {apart:.2e}, more than {MAX_DIFFERENCE}.")
        worst = max(worst, apart)
        quantities[name] = {"keras": measures(keras[name]), "torch": measures(torch[name])}
    return quantities, worst


def main():
    asked = json.load(sys.stdin)
    computed = []
    for index, network in enumerate(asked["networks"]):
        sample = sample_network(network, index)
        computed.append((network["name"], with_keras.passes(network, *sample), with_torch.passes(network, *sample)))
    for index, loss in enumerate(asked["losses"]):
        sample = sample_loss(loss, index)
        computed.append((loss["name"], with_keras.loss(*sample), with_torch.loss(*sample)))
    goldens, differences = {}, []
    for name, keras, torch in computed:
        goldens[name], worst = compare(name, keras, torch)
        differences.append(worst)
        print(f"{name}: {len(keras)} quantities, at most {worst:.1e} apart", file=sys.stderr)
    versions = f"Keras {with_keras.keras.__version__} on TensorFlow {with_keras.tf.__version__}"
    versions += f", PyTorch {with_torch.torch.__version__}, Python {platform.python_version()}"
    header = {
        "source": versions,
        "command": COMMAND,
        "measures": ["L2 norm", "product with cos(0), cos(1), …", "middle value"],
        "apart": float(f"{max(differences):.2g}"),
    }
    json.dump({**header, "goldens": goldens}, sys.stdout, indent=2, ensure_ascii=False)
    print()


main()
