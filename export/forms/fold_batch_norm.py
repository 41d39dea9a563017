"""Fold each batch normalization into the convolution before it.

In evaluation both are linear per channel, so their product is one convolution. Without this, XNNPACK's partitioner
folds them itself, at the cost of two passes over the graph.
"""

from __future__ import annotations

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def fold_batch_norms(model: nn.Module) -> None:
    """Fold, in place, every BatchNorm2d that follows a Conv2d within an ``nn.Sequential``."""
    for parent in [module for module in model.modules() if isinstance(module, nn.Sequential)]:
        for index in range(len(parent) - 1):
            convolution, norm = parent[index], parent[index + 1]
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                parent[index] = fuse_conv_bn_eval(convolution, norm)
                parent[index + 1] = nn.Identity()
