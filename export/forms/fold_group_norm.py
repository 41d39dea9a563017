"""Fold the scale and shift of each group normalization into the layers that read it.

Exact because every reader is a 1x1 convolution or a linear layer (average pooling in between commutes with a scale
and a shift per channel). The stem's normalization feeds the residual stream itself and keeps its own;
so do those of a backbone's maps.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from cloformer.model import CloFormer
from cloformer.model.network import Network


def fold_group_norm_affines(model: Network) -> None:
    """Fold, in place, the affine part of every norm1, norm2 and of a classifier's last norm into their readers."""
    for block in model.clo_blocks():
        attention = block.attn
        readers = list(attention.qkvs)
        if attention.global_heads:
            readers += [attention.global_q, attention.global_kv]
        _fold(block.norm1, readers)
        _fold(block.norm2, [block.mlp.fc1])
    if isinstance(model, CloFormer):
        _fold(model.norm, [model.head])


def _fold(norm: nn.GroupNorm, readers: Sequence[nn.Module]) -> None:
    scale, shift = norm.weight.detach().double(), norm.bias.detach().double()
    for reader in readers:
        assert isinstance(reader, nn.Conv2d | nn.Linear) and reader.bias is not None
        weight = reader.weight.detach().double()
        matrix = weight.flatten(1)
        _replace(reader.bias, reader.bias.detach().double() + matrix @ shift)
        _replace(reader.weight, (matrix * scale).reshape(weight.shape))
    with torch.no_grad():
        norm.weight.fill_(1.0)
        norm.bias.fill_(0.0)


def _replace(parameter: Tensor, value: Tensor) -> None:
    with torch.no_grad():
        parameter.copy_(value)
