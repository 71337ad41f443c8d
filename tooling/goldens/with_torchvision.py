"""torchvision beside pip's PyTorch: its wheel registers two operations for another torch, which have to be there."""

import torch

library = torch.library.Library("torchvision", "DEF")
for operation in "nms", "qnms":
    library.define(f"{operation}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
