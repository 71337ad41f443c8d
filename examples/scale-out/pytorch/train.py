"""Goes on with a training of ResNet.js on several processes or machines, in PyTorch (DDP).

    resnet convert runs/flowers flowers.pth --names torchvision
    torchrun --nproc-per-node 2 train.py runs/flowers/recipe.json flowers.pth flowers/ out.pth
    resnet predict out.pth photo.jpg --network resnet50 --labels classes.txt

It takes from the recipe: epochs, batch size (of all processes together), optimizer, schedule, label smoothing, seed, network and image
size. Everything else that the recipe asks for is named, and left out.
"""

import json
import math
import os
import sys

import torch
import torch.distributed as dist
import torchvision
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler
from torchvision import transforms

TAKEN = {"epochs", "batchSize", "seed", "optimizer", "schedule", "labelSmoothing"}
#: What has no meaning here, or is what PyTorch does by itself.
NOT_NEEDED = {"statistics", "statisticsBatches"}


def main(recipe_path, weights_path, data_path, out_path):
    file = json.load(open(recipe_path))
    recipe, options = file["recipe"], file["options"]
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    rank, world = dist.get_rank(), dist.get_world_size()
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if torch.cuda.is_available() else torch.device("cpu")
    torch.manual_seed(recipe["seed"])
    left_out = sorted(name for name, value in recipe.items() if name not in TAKEN | NOT_NEEDED and value != [])
    if rank == 0 and left_out:
        print("left out of the recipe:", ", ".join(left_out))

    side = int(str(options.get("imageSize", 224)).split("x")[0])
    # As ResNet.js's --normalization imagenet; for another, its mean and std.
    normalize = transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    prepare = transforms.Compose([transforms.Resize((side, side)), transforms.ToTensor(), normalize])
    data = torchvision.datasets.ImageFolder(data_path, prepare)
    sampler = DistributedSampler(data, shuffle=True, seed=recipe["seed"], drop_last=True)
    own = max(1, recipe["batchSize"] // world)  # of each process: together the recipe's
    loader = DataLoader(data, batch_size=own, sampler=sampler, drop_last=True)

    model = torchvision.models.get_model(options.get("network", "resnet50"), num_classes=len(data.classes))
    model.load_state_dict(torch.load(weights_path, weights_only=True))
    # Moments over the images of all processes, as over one batch in ResNet.js; without this, over each process's own.
    model = torch.nn.SyncBatchNorm.convert_sync_batchnorm(model) if device.type == "cuda" else model
    parallel = DistributedDataParallel(model.to(device))
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=recipe.get("labelSmoothing", 0))
    optimizer = optimizer_of(recipe["optimizer"], parallel.parameters())
    steps = recipe["epochs"] * len(loader)
    cosine = recipe["schedule"] == "cosine"
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: 0.5 * (1 + math.cos(math.pi * step / steps)) if cosine else 1
    )

    for epoch in range(recipe["epochs"]):
        sampler.set_epoch(epoch)
        parallel.train()
        total = torch.zeros(2)
        for images, labels in loader:
            optimizer.zero_grad()
            loss = loss_of(parallel(images.to(device)), labels.to(device))
            loss.backward()
            optimizer.step()
            schedule.step()
            total += torch.tensor([loss.item() * len(labels), len(labels)])
        total = total.to(device)
        dist.all_reduce(total)
        if rank == 0:
            print(f"epoch {epoch + 1}/{recipe['epochs']}  loss {total[0] / total[1]:.4f}", flush=True)
    if rank == 0:
        torch.save(model.state_dict(), out_path)
    dist.destroy_process_group()


def optimizer_of(recipe, parameters):
    rate = recipe["learningRate"]
    if recipe["kind"] == "sgd":
        return torch.optim.SGD(parameters, rate, recipe["momentum"], nesterov=recipe.get("nesterov", False))
    return torch.optim.Adam(parameters, rate, (recipe["beta1"], recipe["beta2"]), recipe["epsilon"])


if __name__ == "__main__":
    main(*sys.argv[1:])
