"""Core ML's compressed weights: 8-bit linear steps, or 6- and 4-bit palettes that are found by clustering.

The weights become smaller, in the file and on their way to the Neural Engine; the arithmetic stays fp16. coremltools'
own passes do it during the conversion: afterwards they cannot handle a classifier with its list of labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import coremltools as ct
from coremltools.optimize.coreml import OpLinearQuantizerConfig, OpPalettizerConfig, OptimizationConfig

_SMALLEST = 512
"""The smallest number of weights that is compressed: a table for fewer would take more than it saves."""

_LINEAR = OpLinearQuantizerConfig(mode="linear_symmetric", weight_threshold=_SMALLEST)

_PASSES: Mapping[str, tuple[str, OpLinearQuantizerConfig | OpPalettizerConfig]] = MappingProxyType(
    {
        "w8": ("compression::linear_quantize_weights", _LINEAR),
        "w6": (
            "compression::palettize_weights",
            OpPalettizerConfig(mode="kmeans", nbits=6, weight_threshold=_SMALLEST),
        ),
        "w4": (
            "compression::palettize_weights",
            OpPalettizerConfig(mode="kmeans", nbits=4, weight_threshold=_SMALLEST),
        ),
    }
)
"""The pass of coremltools and its setting, by precision."""


def compress_weights(passes: ct.PassPipeline, precision: str) -> None:
    """Add the pass that compresses weights for ``precision`` to those of a conversion; other precisions need none."""
    if precision in _PASSES:
        name, setting = _PASSES[precision]
        passes.append_pass(name)
        passes.set_options(name, {"config": OptimizationConfig(global_config=setting)})
