"""How far the reference's values and sums reach on real images, and which layers must therefore stay fp32.

A value beyond 65,504 is infinite in fp16, and so is a sum on its way there, where a runtime adds up in fp16. A group
normalization adds up to 100,352 squares. What is measured belongs to the parts of the network that every form keeps
(``norm1``, ``attn``, ``mlp``, ...), so that exporters find it again in the graphs that they make.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from cloformer.export.graph.blocks import block_names
from cloformer.export.report import LayerRange
from cloformer.model.block import CloBlock
from cloformer.model.clo_attention import CloAttention
from cloformer.model.network import Network

from .run import Floats

FP16_MAX = 65_504.0

_HEADROOM = 2.0
"""The safety factor: other images may reach further, so that a layer stays fp32 from half of the range on."""

_CHUNK = 4


def layer_names(model: Network) -> list[str]:
    """Return the parts of the network that are measured separately; a block's own name stands for its additions."""
    stem, *_ = block_names(model)
    names = [stem, f"{stem}.layernorm"]
    for name, module in model.named_modules():
        if isinstance(module, CloBlock):
            parts = (part for part, child in module.named_children() if not isinstance(child, nn.Identity))
            names += [name, *(f"{name}.{part}" for part in parts)]
    body = stem.removesuffix("patch_embed")  # a classifier is its own body; others have one inside, called backbone
    inside = [f"{body}{name}" for name, _ in model.get_submodule(body.removesuffix(".")).named_children()]
    around = [name for name, _ in model.named_children()] if body else []
    named = {stem, f"{body}layers", body.removesuffix(".")}
    return [*names, *(name for name in (*inside, *around) if name not in named)]


def layer_of(path: str, layers: list[str]) -> str | None:
    """Return the innermost of ``layers`` that contains the module at ``path``."""
    while path and path not in layers:
        path = path.rpartition(".")[0]
    return path or None


def beyond_fp16(ranges: tuple[LayerRange, ...], *, normalization_sums: bool = False) -> tuple[str, ...]:
    """Return the layers that must stay fp32.

    ``normalization_sums`` says whether a normalization adds up in the type of its values. If the runtime adds up in
    float32, only the values count.
    """

    def reach(layer: LayerRange) -> float:
        normalization_sum = layer.largest_normalization_sum if normalization_sums else 0.0
        return max(layer.largest_value, layer.largest_sum, normalization_sum)

    return tuple(layer.layer for layer in ranges if reach(layer) > FP16_MAX / _HEADROOM)


def measure_ranges(model: Network, images: Floats) -> tuple[LayerRange, ...]:
    """Run the reference on normalized ``images`` and return how far each layer reaches."""
    network = copy.deepcopy(model).float().eval()
    layers = layer_names(network)
    meters = {layer: _Meter() for layer in layers}
    for name, module in network.named_modules():
        layer = layer_of(name, layers)
        if layer is not None:
            block = meters.get(layer.rpartition(".")[0]) if name == layer else None  # a block adds its parts' values
            module.register_forward_hook(_hook(meters[layer], block))
    with torch.no_grad():
        for start in range(0, len(images), _CHUNK):
            network(torch.from_numpy(images[start : start + _CHUNK]))
    return tuple(
        LayerRange(
            layer=layer, largest_value=meter.value, largest_sum=meter.sum, largest_normalization_sum=meter.squares
        )
        for layer, meter in meters.items()
    )


@dataclass
class _Meter:
    """The largest numbers of one layer up to now."""

    value: float = 0.0
    sum: float = 0.0
    squares: float = 0.0


_Maps = Tensor | Sequence[Tensor]


def _hook(layer: _Meter, block: _Meter | None) -> Callable[[nn.Module, tuple[_Maps, ...], _Maps], None]:
    def measure(module: nn.Module, inputs: tuple[_Maps, ...], output: _Maps) -> None:
        x = inputs[0]
        values = max(_peaks(x), _peaks(output))
        layer.value = max(layer.value, values)
        if block is not None:
            block.value = max(block.value, values)
        if not isinstance(x, Tensor):  # a pyramid, or a head on one: their convolutions are measured by themselves
            return
        if isinstance(module, nn.GroupNorm):
            layer.value = max(layer.value, _peak((x - x.mean(dim=(1, 2, 3), keepdim=True)).square()))
            layer.squares = max(layer.squares, _peak(torch.maximum(x.abs(), x.square()).sum(dim=(1, 2, 3))))
        elif (sums := _absolute_sums(module, x)) is not None:
            layer.sum = max(layer.sum, _peak(sums))

    return measure


def _absolute_sums(module: nn.Module, x: Tensor) -> Tensor | None:
    """Return the sums of absolute values of what ``module`` adds up: in no order do partial sums reach further."""
    match module:
        case nn.Conv2d():
            sums: Tensor = module._conv_forward(x.abs(), module.weight.abs(), _absolute(module.bias))
            return sums
        case nn.Linear():
            return functional.linear(x.abs(), module.weight.abs(), _absolute(module.bias))
        case nn.AvgPool2d():
            return functional.avg_pool2d(x.abs(), module.kernel_size, divisor_override=1)
        case nn.AdaptiveAvgPool2d():
            return x.abs().sum(dim=(2, 3))
        case CloAttention() if module.global_heads:
            return _absolute_scores(module, x)
    return None


def _absolute_scores(attention: CloAttention, x: Tensor) -> Tensor:
    """Return the products of queries and keys as sums of absolute values."""
    shape = (len(x), attention.global_heads, attention.head_dim, -1)
    queries, keys = attention.global_q, attention.global_kv
    q = functional.conv2d(x, queries.weight, queries.bias).reshape(shape)
    k = functional.conv2d(attention.avgpool(x), keys.weight, keys.bias).chunk(2, dim=1)[0].reshape(shape)
    scores: Tensor = attention.scale * q.abs().transpose(2, 3) @ k.abs()
    return scores


def _absolute(bias: Tensor | None) -> Tensor | None:
    return None if bias is None else bias.abs()


def _peaks(values: _Maps) -> float:
    return _peak(values) if isinstance(values, Tensor) else max(map(_peak, values))


def _peak(values: Tensor) -> float:
    return float(values.abs().max())
