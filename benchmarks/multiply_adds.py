"""Counting the multiply-adds of a network, which papers call FLOPs."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def count_multiply_adds(network: nn.Module, size: tuple[int, int]) -> int:
    """Return the multiply-adds for one image of ``size`` (H, W): convolutions, linear layers and attention products.

    A network on PyTorch's ``meta`` device, where tensors have shapes but no values, is counted without computing
    anything.
    """
    device = next(network.parameters()).device
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        network(torch.zeros(1, 3, *size, device=device))
    return int(counter.get_total_flops()) // 2
