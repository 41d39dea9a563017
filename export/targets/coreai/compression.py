"""Core AI's compressed weights: 8-bit linear steps, or 6- and 4-bit palettes that are found by clustering.

As for Core ML, the weights become smaller and the arithmetic stays fp16; the passes are Apple's own (coreai-opt).
"""

from __future__ import annotations

from coreai.authoring import AIProgram
from coreai_opt.coreai_utils import CompressionGranularity, DType, palettize_weights, quantize_weights

_SMALLEST = 512
"""The smallest number of weights that is compressed: a table for fewer would take more than it saves."""

_PALETTES = {"w6": 6, "w4": 4}
"""The bits of an index into a palette, by precision."""


def compress_program(program: AIProgram, precision: str) -> AIProgram:
    """Compress the weights of ``program`` for ``precision``; other precisions leave them as they are."""
    compressed = program
    if precision == "w8":
        compressed = quantize_weights(program, DType.INT8, weight_num_threshold=_SMALLEST, in_place=True)
    elif precision in _PALETTES:
        compressed = palettize_weights(
            program,
            None,
            n_bits=_PALETTES[precision],
            granularity=CompressionGranularity.PER_TENSOR,
            weight_num_threshold=_SMALLEST,
            num_kmeans_workers=1,
            enable_fast_kmeans_mode=False,  # it rounds weights to four decimals first
            in_place=True,
        )
    return compressed
