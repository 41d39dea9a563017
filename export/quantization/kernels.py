"""Which operators each runtime computes in 8 bits. Everything else stays float.

Float is cheap where the maps are narrow: the additions, subtractions and means of XXS, its residual stream and its
normalisations, take 5 of the 134 million instructions of its int8 program on an emulated Cortex-A76, and the steps
between 8 bits and float 4. The attention products and their softmax, which XNNPACK has in float alone, take 18.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch

_ATEN = torch.ops.aten


@dataclass(frozen=True)
class Kernels:
    """What a runtime has in 8 bits beside convolutions and linear layers with their ReLU.

    Attributes:
        dtype: of activations.
        lookups: functions of one value; in 8 bits a table of 256 entries.
        products: elementwise products and sums, taken where both operands are 8-bit already.
        same_range: what moves values and does not change them; its output has its input's scale.
        joins_share_range: whether a concatenation needs one scale for its inputs and its output.
        symmetric: whether zero must be step 0.
    """

    dtype: torch.dtype
    lookups: frozenset[object]
    products: frozenset[object]
    same_range: frozenset[object]
    joins_share_range: bool
    symmetric: bool = False

    @property
    def limits(self) -> tuple[int, int]:
        """Smallest and largest step of an activation."""
        info = torch.iinfo(self.dtype)
        return (-info.max if self.symmetric else info.min), info.max


KERNELS: Mapping[str, Kernels] = MappingProxyType(
    {
        "executorch": Kernels(  # XNNPACK
            dtype=torch.int8,
            lookups=frozenset({_ATEN.gelu.default, _ATEN.sigmoid.default, _ATEN.tanh.default}),
            products=frozenset({_ATEN.mul.Tensor, _ATEN.add.Tensor}),
            same_range=frozenset({_ATEN.slice.Tensor, _ATEN.pad.default}),
            joins_share_range=True,
        ),
        # uint8: ONNX Runtime has fast kernels for it on ARM64 and on x86, for int8 on ARM64 alone. It has no table for
        # GELU, and its tables for sigmoid and tanh are not taken.
        "onnx": Kernels(
            dtype=torch.uint8,
            lookups=frozenset(),
            products=frozenset({_ATEN.mul.Tensor}),
            same_range=frozenset({_ATEN.slice.Tensor}),
            joins_share_range=False,
        ),
        # What the Neural Engine multiplies in 8 bits (A17 Pro, M4 and later): convolutions and linear layers.
        "coreml": Kernels(
            dtype=torch.int8,
            lookups=frozenset(),
            products=frozenset(),
            same_range=frozenset({_ATEN.slice.Tensor}),
            joins_share_range=False,
            symmetric=True,
        ),
    }
)
"""By target."""
