"""Multinomial logistic regression on an image folder's standardised pixels, the mean accuracy over folds for each L2:

    python tooling/experiments/logistic.py ../shared/data/flowers FOLDS.json --out FOLDER

L2 is the factor of half the sum of squares of the kernel beside the mean cross-entropy. The folds are those of folds.mjs.
"""

import argparse
import json
import pathlib

import numpy
from sklearn.linear_model import LogisticRegression

from images import folder


def accuracy(train, validation, l2):
    """Fits in the span of the training images, in which the best kernel lies: as many numbers an image as images."""
    (x, y), (held_out, labels) = train, validation
    mean, std = x.mean(0), x.std(0) + 1e-8
    x, held_out = (x - mean) / std, (held_out - mean) / std
    axes = numpy.linalg.svd(x, full_matrices=False)[2].T
    model = LogisticRegression(C=1 / (l2 * len(x)), max_iter=5000, tol=1e-6)
    return model.fit(x @ axes, y).score(held_out @ axes, labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("folds", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="a folder for decoded images")
    options = parser.parse_args()
    images, labels = folder(options.data, options.size, options.out / "decoded")
    pixels = images.reshape(len(images), -1).astype(numpy.float64)
    folds = json.loads(options.folds.read_text())["folds"]
    for l2 in 1e-4, 1e-3, 1e-2, 1e-1, 1.0:
        by_fold = []
        for fold in folds:
            rest = numpy.setdiff1d(numpy.arange(len(labels)), fold)
            by_fold.append(accuracy((pixels[rest], labels[rest]), (pixels[fold], labels[fold]), l2))
        print(json.dumps({"l2": l2, "folds": by_fold, "mean": float(numpy.mean(by_fold))}), flush=True)


main()
