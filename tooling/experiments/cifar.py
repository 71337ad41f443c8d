"""Trains CIFAR's ResNet-20 (He et al. 2015, option A) in PyTorch, and prints a JSON line an epoch:

    python tooling/experiments/cifar.py ../shared/data/cifar10 --seeds 0,1,2 --out FOLDER

The recipe is recipes/cifar-plain.json's: ten epochs in batches of 128, SGD with momentum 0.9 at a rate of 0.1 that grows
for an epoch and then falls as a cosine, a weight decay of 1e-4 on every weight, and as augmentation a shift of up to four
whole pixels to all sides, edges mirrored (the outermost pixel twice), and a flip of every second image. Without the growth
an unlucky start costs an epoch, and seeds differ by six points. Initial values are distributed as ours are.
"""

import argparse
import json
import math
import pathlib
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

from images import folder

EPOCHS, WARMUP, BATCH, RATE, MOMENTUM, DECAY, SHIFT = 10, 1, 128, 0.1, 0.9, 1e-4, 4
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Block(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.branch = nn.Sequential(
            nn.Conv2d(channels, filters, 3, stride, 1, bias=False),
            nn.BatchNorm2d(filters),
            nn.ReLU(),
            nn.Conv2d(filters, filters, 3, 1, 1, bias=False),
            nn.BatchNorm2d(filters),
        )
        self.stride = stride
        self.added = filters - channels

    def forward(self, x):
        before = self.added // 2
        shortcut = functional.pad(
            x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, before, self.added - before)
        )
        return functional.relu(self.branch(x) + shortcut)


def resnet20(classes):
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    channels = 16
    for filters in 16, 32, 64:
        for position in range(3):
            layers.append(Block(channels, filters, 2 if position == 0 and filters > 16 else 1))
            channels = filters
    network = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classes))
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight)
        if isinstance(module, nn.Linear):
            nn.init.zeros_(module.bias)
    return network


def augment(images, random):
    """Shifts and flips images, [batch, height, width, 3]."""
    count, height, width, _ = images.shape
    padded = numpy.pad(images, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)), mode="symmetric")
    result = numpy.empty_like(images)
    for index in range(count):
        top, left = random.integers(0, 2 * SHIFT + 1, 2)
        image = padded[index, top : top + height, left : left + width]
        result[index] = image[:, ::-1] if random.random() < 0.5 else image
    return result


def to_tensor(images):
    values = (torch.from_numpy(images).float() / 255 - torch.tensor(MEAN)) / torch.tensor(STD)
    return values.permute(0, 3, 1, 2)


@torch.no_grad()
def accuracy(network, images, labels):
    network.eval()
    right = sum(
        (network(to_tensor(images[i : i + 200])).argmax(1).numpy() == labels[i : i + 200]).sum()
        for i in range(0, len(images), 200)
    )
    network.train()
    return right / len(images)


def factor(step, per_epoch):
    """The share of the rate in a step, counted from 0."""
    warmup, steps = WARMUP * per_epoch, EPOCHS * per_epoch
    if step < warmup:
        return (step + 1) / (warmup + 1)
    return (1 + math.cos(math.pi * (step - warmup) / (steps - warmup))) / 2


def train(seed, train_set, test_set, report):
    torch.manual_seed(seed)
    random = numpy.random.default_rng(seed)
    (images, labels), classes = train_set, int(train_set[1].max()) + 1
    network = resnet20(classes)
    optimizer = torch.optim.SGD(network.parameters(), RATE, momentum=MOMENTUM, weight_decay=DECAY)
    step = 0
    for epoch in range(1, EPOCHS + 1):
        start, total, right = time.monotonic(), 0.0, 0
        order = random.permutation(len(images))
        for first in range(0, len(order), BATCH):
            batch = order[first : first + BATCH]
            optimizer.param_groups[0]["lr"] = RATE * factor(step, math.ceil(len(images) / BATCH))
            target = torch.from_numpy(labels[batch])
            logits = network(to_tensor(augment(images[batch], random)))
            loss = functional.cross_entropy(logits, target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
            total += loss.item() * len(batch)
            right += (logits.argmax(1) == target).sum().item()
        report(
            {
                "with": f"PyTorch {torch.__version__}",
                "seed": seed,
                "epoch": epoch,
                "loss": total / len(images),
                "accuracy": right / len(images),
                "test": float(accuracy(network, *test_set)),
                "seconds": round(time.monotonic() - start, 1),
            }
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path, help="a folder with train and test")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="a folder for results and decoded images")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    train_set, test_set = (folder(options.data / part, 32, options.out / "decoded") for part in ("train", "test"))
    for seed in map(int, options.seeds.split(",")):

        def report(figures):
            line = json.dumps(figures)
            print(line, flush=True)
            with open(options.out / "cifar-pytorch.jsonl", "a") as results:
                results.write(line + "\n")

        train(seed, train_set, test_set, report)


main()
