"""torchvision's, timm's and CIFAR's networks, run by PyTorch."""

import numpy
import torch
from torch import nn

torch.backends.nnpack.set_flags(False)  # it warns at every convolution where it can't run

import with_torchvision  # noqa: F401 (before torchvision)

import timm
import torchvision

import family_cifar
from family_sampling import Keys, labels, nudged, sample_images, sample_parameter

ROLES = {
    "linear": {"weight": "kernel", "bias": "bias"},
    "norm": {"weight": "scale", "bias": "offset", "running_mean": "mean", "running_var": "variance"},
}
SOURCES = {
    "torchvision": f"torchvision {torchvision.__version__.split('+')[0]}",
    "timm": f"timm {timm.__version__}",
    "cifar": "the papers",
}


def build(name, source, classes, thin=None):
    if source == "torchvision":
        model = torchvision.models.get_model(name, weights=None, num_classes=classes)
    elif source == "timm":
        model = timm.create_model(name, pretrained=False, num_classes=classes)
    else:
        model = family_cifar.NETWORKS[name](classes)
    return model if thin is None else thinned(model, thin["divisor"])


def source_words(source):
    return f"{SOURCES[source]}, PyTorch {torch.__version__.split('+')[0]}"


def ends(blocks):
    """The first and the last block."""
    return nn.Sequential(*([blocks[0], blocks[-1]] if len(blocks) > 1 else blocks))


def thinned(model, divisor):
    """The first and the last block of the first two stages, with fewer channels, but as many in each group."""
    if hasattr(model, "layer1"):
        model.layer1, model.layer2 = ends(model.layer1), ends(model.layer2)
        model.layer3 = model.layer4 = nn.Identity()
    else:
        model.stages = nn.Sequential(*[ends(stage) for stage in model.stages[:2]])
    last = [m for name, m in model.named_modules() if isinstance(m, nn.Conv2d) and is_trunk(name)][-1]
    features = last.out_channels // divisor
    for name, module in list(model.named_modules()):
        if isinstance(module, nn.Conv2d):
            inputs = module.in_channels if module.in_channels == 3 else module.in_channels // divisor
            new = nn.Conv2d(
                *[inputs, module.out_channels // divisor, module.kernel_size, module.stride, module.padding],
                groups=max(1, module.groups // divisor),
                bias=module.bias is not None,
            )
        elif isinstance(module, nn.BatchNorm2d):
            channels = features if name.startswith("head.") else module.num_features // divisor
            new = nn.BatchNorm2d(channels, module.eps, module.momentum)
        elif isinstance(module, nn.Linear):
            new = nn.Linear(features, module.out_features)
        else:
            continue
        parent, _, child = name.rpartition(".")
        setattr(model.get_submodule(parent), child, new)
    return model


def is_trunk(name):
    return not any(part in name.split(".") for part in ("downsample", "shortcut", "se"))


def path_of(name):
    parts = name.split(".")
    if parts[0] in ("stem", "head"):
        return parts[0]
    if parts[0] == "stages":
        return f"stage{parts[1]}.block{parts[2]}.{parts[3]}"
    if parts[0].startswith("layer"):
        path = "shortcut" if parts[2] == "downsample" else "branch"
        return f"stage{int(parts[0][5:]) - 1}.block{parts[1]}.{path}"
    return "head" if parts[0] == "fc" else "stem"


def layers_of(model):
    """(key, kind, module) of each layer with parameters, and the keys."""
    keys = Keys()
    layers = []
    for name, module in model.named_modules():
        kind = {nn.Conv2d: "linear", nn.Linear: "linear", nn.BatchNorm2d: "norm"}.get(
            nn.BatchNorm2d if isinstance(module, nn.BatchNorm2d) else type(module)
        )
        if kind is not None:
            layers.append((keys.layer(path_of(name), kind), kind, module))
        elif list(module.parameters(recurse=False)):
            raise TypeError(f"{name} has parameters that have no name: {module}.")
    return layers, keys


def to_ours(tensor):
    """A kernel as [height, width, in, out] or [in, out]."""
    array = tensor.detach().double().numpy()
    if array.ndim == 4:
        return array.transpose(2, 3, 1, 0)
    return array.transpose(1, 0) if array.ndim == 2 else array


def to_torch(array):
    if array.ndim == 4:
        array = array.transpose(3, 2, 0, 1)
    elif array.ndim == 2:
        array = array.transpose(1, 0)
    return torch.from_numpy(numpy.ascontiguousarray(array))


def fill(name, model):
    layers, keys = layers_of(model)
    with torch.no_grad():
        for layer, kind, module in layers:
            for attribute, role in ROLES[kind].items():
                tensor = getattr(module, attribute)
                if tensor is None:
                    continue
                shape = to_ours(tensor).shape
                tensor.copy_(to_torch(sample_parameter(name, f"{layer}.{role}", shape, keys.is_last_norm(layer))))


def count(name, source, counted):
    """Trainable parameters, all, and multiply-adds, without computing anything."""
    with torch.device("meta"):
        family_cifar.check_options()
        model = build(name, source, counted["classes"]).eval()
        images = torch.empty(1, counted["input"][2], *counted["input"][:2])
    total = 0

    def hook(module, inputs, output):
        nonlocal total
        total += output.numel() * module.weight[0].numel()

    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            module.register_forward_hook(hook)
    model(images)
    weights = sum(each.numel() for each in model.parameters())
    statistics = sum(2 * each.num_features for each in model.modules() if isinstance(each, nn.BatchNorm2d))
    return weights, weights + statistics, total


def image_tensor(name, shape, dtype, seed=0):
    return torch.from_numpy(nudged(sample_images(name, shape), seed).transpose(0, 3, 1, 2).copy()).to(dtype)


class Runner:
    def __init__(self, name, source, classes, thin=None):
        self.name, self.source, self.classes, self.thin = name, source, classes, thin
        self.key = name if thin is None else f"thin/{name}/{thin['draw']}"
        self.model = build(name, source, classes, thin)
        fill(self.key, self.model)
        self.state = {each: tensor.clone() for each, tensor in self.model.state_dict().items()}

    def inference(self, shape, bits):
        dtype = {32: torch.float32, 64: torch.float64}[bits]
        self.reset(dtype)
        with torch.no_grad():
            return self.model.eval()(image_tensor(self.key, shape, dtype)).double().numpy()

    def reset(self, dtype, seed=0):
        self.model.to(dtype)
        self.model.load_state_dict(self.state)
        if seed > 0:
            with torch.no_grad():
                for index, each in enumerate(self.model.parameters()):
                    each.copy_(torch.from_numpy(nudged(each.numpy(), [seed, index])))

    def training(self, shape, bits, seed=0):
        """Logits, loss, gradients, and statistics after the step, by key; with a seed, weights and images are nudged."""
        dtype = {32: torch.float32, 64: torch.float64}[bits]
        self.reset(dtype, seed)
        self.model.train().zero_grad(set_to_none=True)
        images = image_tensor(self.key, shape, dtype, seed)
        target = torch.tensor(labels(shape[0], self.classes))
        logits = self.model(images)
        loss = nn.functional.cross_entropy(logits, target)
        loss.backward()
        gradients, statistics = {}, {}
        for layer, kind, module in layers_of(self.model)[0]:
            for attribute, role in ROLES[kind].items():
                tensor = getattr(module, attribute)
                if tensor is None:
                    continue
                if role in ("mean", "variance"):
                    statistics[f"{layer}.{role}"] = to_ours(tensor).copy()
                else:
                    gradients[f"{layer}.{role}"] = to_ours(tensor.grad)
        logits = logits.detach().double().numpy()
        return {"logits": logits, "loss": loss.item(), "gradients": gradients, "statistics": statistics}
