"""CIFAR's residual networks in PyTorch, written from their papers."""

from torch import nn
from torch.nn import functional

WIDTHS = (16, 32, 64)


def conv(inputs, outputs, size, stride=1):
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)


class ZeroPadded(nn.Module):
    """Option A (He et al. 2015, section 3.3): every stride-th pixel; the new channels, half on either side, are zeros."""

    def __init__(self, stride):
        super().__init__()
        self.stride = stride

    def forward(self, x, channels):
        side = (channels - x.shape[1]) // 2
        return functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, side, side))


class Block(nn.Module):
    """postact(branch(p) + shortcut), where p = preact(x), and the shortcut starts at x or p."""

    def __init__(self, preact, branch, shortcut, postact, shares):
        super().__init__()
        self.preact = preact
        self.branch = branch
        self.shortcut = shortcut
        self.postact = postact
        self.shares = shares

    def forward(self, x):
        p = self.preact(x)
        y = self.branch(p)
        start = p if self.shares else x
        if isinstance(self.shortcut, ZeroPadded):
            start = self.shortcut(start, y.shape[1])
        else:
            start = self.shortcut(start)
        return self.postact(y + start)


class CifarResNet(nn.Module):
    def __init__(self, stem, stages, head):
        super().__init__()
        self.stem = stem
        self.stages = nn.Sequential(*stages)
        self.head = head

    def forward(self, images):
        return self.head(self.stages(self.stem(images)))


def pooled(*before, channels, classes):
    return nn.Sequential(*before, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


def resnet(blocks, classes, option="A"):
    """He et al. 2015, section 4.2."""

    def shortcut(inputs, width, stride):
        if option != "C" and inputs == width:
            return nn.Identity()
        if option == "A":
            return ZeroPadded(stride)
        return nn.Sequential(conv(inputs, width, 1, stride), nn.BatchNorm2d(width))

    def block(inputs, width, stride):
        branch = nn.Sequential(
            *[conv(inputs, width, 3, stride), nn.BatchNorm2d(width), nn.ReLU()],
            *[conv(width, width, 3), nn.BatchNorm2d(width)],
        )
        return Block(nn.Identity(), branch, shortcut(inputs, width, stride), nn.ReLU(), shares=False)

    inputs, stages = WIDTHS[0], []
    for stage, width in enumerate(WIDTHS):
        strides = [2 if stage > 0 else 1] + [1] * (blocks - 1)
        made = []
        for stride in strides:
            made.append(block(inputs, width, stride))
            inputs = width
        stages.append(nn.Sequential(*made))
    stem = nn.Sequential(conv(3, WIDTHS[0], 3), nn.BatchNorm2d(WIDTHS[0]), nn.ReLU())
    return CifarResNet(stem, stages, pooled(channels=inputs, classes=classes))


def preactivated(blocks, classes, widening=1, bottleneck=False, option="projection"):
    """He et al. 2016, with its appendix: the first block, and those that change the shape, share the first activation with
    the shortcut. Zagoruyko and Komodakis 2016 widen it."""

    def block(inputs, width, stride, is_first):
        outputs = 4 * width if bottleneck else width
        changes = stride > 1 or inputs != outputs
        if not changes:
            shortcut = nn.Identity()
        else:
            shortcut = ZeroPadded(stride) if option == "A" else conv(inputs, outputs, 1, stride)
        between = [nn.BatchNorm2d(width), nn.ReLU()]
        if bottleneck:
            again = [nn.BatchNorm2d(width), nn.ReLU()]
            branch = [conv(inputs, width, 1), *between, conv(width, width, 3, stride), *again, conv(width, outputs, 1)]
        else:
            branch = [conv(inputs, width, 3, stride), *between, conv(width, width, 3)]
        preact = nn.Sequential(nn.BatchNorm2d(inputs), nn.ReLU())
        return Block(preact, nn.Sequential(*branch), shortcut, nn.Identity(), changes or is_first), outputs

    inputs, stages = WIDTHS[0], []
    for stage, base in enumerate(WIDTHS):
        made = []
        for position in range(blocks):
            stride = 2 if stage > 0 and position == 0 else 1
            each, inputs = block(inputs, base * widening, stride, stage == 0 and position == 0)
            made.append(each)
        stages.append(nn.Sequential(*made))
    head = pooled(nn.BatchNorm2d(inputs), nn.ReLU(), channels=inputs, classes=classes)
    return CifarResNet(conv(3, WIDTHS[0], 3), stages, head)


NETWORKS = {
    "cifar/resnet20": lambda classes: resnet(3, classes),
    "cifar/resnet32": lambda classes: resnet(5, classes),
    "cifar/resnet44": lambda classes: resnet(7, classes),
    "cifar/resnet56": lambda classes: resnet(9, classes),
    "cifar/resnet110": lambda classes: resnet(18, classes),
    "cifar/preresnet110": lambda classes: preactivated(18, classes, option="A"),
    "cifar/preresnet164": lambda classes: preactivated(18, classes, bottleneck=True),
    "cifar/wrn16_4": lambda classes: preactivated(2, classes, widening=4),
    "cifar/wrn28_10": lambda classes: preactivated(4, classes, widening=10),
}

# The weights of the other options, by option and blocks in a stage.
OPTION_WEIGHTS = {
    ("B", 3): 272_474,
    ("B", 5): 466_906,
    ("B", 7): 661_338,
    ("B", 9): 855_770,
    ("B", 18): 1_730_714,
    ("C", 3): 283_962,
}


def check_options():
    for (option, blocks), published in OPTION_WEIGHTS.items():
        weights = sum(each.numel() for each in resnet(blocks, 10, option).parameters())
        assert weights == published, f"Option {option} with {blocks} blocks has {weights} weights, not {published}."
