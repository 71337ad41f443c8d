"""Prints the sizes of the files of published weights, and their accuracy as their sources have published it:

    KERAS_BACKEND=torch python tooling/goldens/published_figures.py RESULTS > packages/weights/src/pretrained/published-figures.ts

RESULTS is timm's results/results-imagenet.csv, from https://github.com/huggingface/pytorch-image-models.
"""

import csv
import sys

import with_torchvision  # noqa: F401 (before torchvision)

import torch
from published_weights import NETWORKS, keras_rows, timm_rows, torchvision_rows
from timm import create_model
from torchvision.models import get_model_weights, list_models

# The table of https://keras.io/api/applications (2026): first class, first five, in percent; images of 224×224.
KERAS_ACCURACY = {
    "keras/resnet50": [74.9, 92.1],
    "keras/resnet101": [76.4, 92.8],
    "keras/resnet152": [76.6, 93.1],
    "keras/resnet50v2": [76.0, 93.0],
    "keras/resnet101v2": [77.2, 93.8],
    "keras/resnet152v2": [78.0, 94.2],
}
# The values of each, by Keras's own count (count_params).
KERAS_VALUES = {
    "keras/resnet50": 25_636_712,
    "keras/resnet101": 44_707_176,
    "keras/resnet152": 60_419_944,
    "keras/resnet50v2": 25_613_800,
    "keras/resnet101v2": 44_675_560,
    "keras/resnet152v2": 60_380_648,
}


def rows(results):
    for network in NETWORKS:
        if network in list_models(module=None):
            weights = {f"{network}.{each.name}": each for each in get_model_weights(network)}
            for name, row in torchvision_rows(network):
                yield name, [round(weights[name].meta["_file_size"] * 2**20), *row["accuracy"], row["side"]]
        with torch.device("meta"):
            state = create_model(network).state_dict()
        bytes = 4 * sum(value.numel() for name, value in state.items() if not name.endswith("num_batches_tracked"))
        for name, row in timm_rows(network):
            figures = results[name, row["side"]]  # others are of its test size
            assert float(figures["crop_pct"]) == row["cropShare"], name
            yield name, [bytes, float(figures["top1"]), float(figures["top5"]), row["side"]]
    for name, _ in keras_rows():
        network = name.split(".")[0]
        yield name, [4 * KERAS_VALUES[network], *KERAS_ACCURACY[network], 224]


def main():
    with open(sys.argv[1]) as file:
        results = {(row["model"], int(row["img_size"])): row for row in csv.DictReader(file)}
    print("""// By tooling/goldens/published_figures.py. Sizes: torchvision 0.29.1's table, in thousandths of a MiB; for timm and Keras four bytes
// a value. Accuracy on ImageNet's validation images: torchvision 0.29.1's table; timm's results/results-imagenet.csv of
// 2025-10-30 (github.com/huggingface/pytorch-image-models, 4e5207c, Apache-2.0); the table at keras.io/api/applications.
// biome-ignore-all format: a row a line
import type { PublishedWeightsName } from './published-weights.js';

/** By name: the file's bytes; how often, in percent, the class is the first, and among the first five; for images of which side. */
export const publishedFigures: Readonly<Record<PublishedWeightsName, readonly [bytes: number, top1: number, top5: number, side: number]>> = {""")
    for name, figures in rows(results):
        print(f"  '{name}': [{', '.join(f'{value:.10g}' for value in figures)}],")
    print("};")


main()
