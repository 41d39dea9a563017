"""Swish as a sigmoid and a product.

ExecuTorch lowers ``silu`` like this too, but by way of float32, which falls out of the delegate in fp16 programs.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class SpelledOutSwish(nn.Module):
    """x * sigmoid(x)."""

    def forward(self, x: Tensor) -> Tensor:
        """Map any shape to the same shape."""
        return x * torch.sigmoid(x)


def spell_out_swish(model: nn.Module) -> None:
    """Replace, in place, every ``nn.SiLU``."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.SiLU):
                setattr(parent, name, SpelledOutSwish())
