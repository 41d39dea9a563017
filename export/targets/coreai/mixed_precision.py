"""A network in fp16 with some of its layers in fp32, for targets that are traced in the types that they run in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from cloformer.export.reference.ranges import layer_names
from cloformer.model.block import CloBlock
from cloformer.model.network import Network


def keep_in_float32(network: Network, kept: Sequence[str]) -> None:
    """Turn the layers ``kept`` of an fp16 network back to float32, in place.

    Each layer casts its input to its own type, and its output keeps that type: where one of two summands is float32,
    PyTorch adds in float32, so that a residual stream beyond fp16 stays in float32 from one kept layer to the next.
    """
    if not kept:
        return
    modules = dict(network.named_modules())
    for layer in layer_names(network):  # a layer within another comes after it
        dtype = torch.float32 if layer in kept else torch.float16
        if not isinstance(modules[layer], CloBlock):  # a block's own additions have no weights
            modules[layer].to(dtype)
        modules[layer].register_forward_pre_hook(_cast_to(dtype))


def _cast_to(dtype: torch.dtype) -> Callable[[nn.Module, tuple[Tensor, ...]], tuple[Tensor, ...]]:
    def cast(_module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return tuple(value.to(dtype) for value in inputs)

    return cast
