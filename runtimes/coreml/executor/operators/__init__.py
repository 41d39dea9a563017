"""Every MIL operator that the executor runs, with one module per family of operators."""

from __future__ import annotations

from . import (
    activations,
    classification,
    compressed_weights,
    convolution,
    elementwise_binary,
    elementwise_unary,
    generation,
    indexing,
    layout,
    linear_algebra,
    normalization,
    ordering,
    pooling,
    quantization,
    reductions,
    resize,
    sampling,
    slicing,
    suppression,
)
from .signatures import Label, Operator, Result, Value

OPERATORS: dict[str, Operator] = {
    **activations.OPERATORS,
    **classification.OPERATORS,
    **convolution.OPERATORS,
    **elementwise_binary.OPERATORS,
    **elementwise_unary.OPERATORS,
    **generation.OPERATORS,
    **indexing.OPERATORS,
    **layout.OPERATORS,
    **normalization.OPERATORS,
    **ordering.OPERATORS,
    **pooling.OPERATORS,
    **quantization.OPERATORS,
    **reductions.OPERATORS,
    **resize.OPERATORS,
    **sampling.OPERATORS,
    **slicing.OPERATORS,
    **suppression.OPERATORS,
}
"""Operator type -> the function that runs it."""

ACCUMULATING: dict[str, Operator] = {
    **activations.ACCUMULATING,
    **convolution.ACCUMULATING,
    **linear_algebra.ACCUMULATING,
    **normalization.ACCUMULATING,
    **pooling.ACCUMULATING,
    **reductions.ACCUMULATING,
}
"""Operator type -> the function that runs it, for functions whose first argument is the accumulator."""

CONSTANT: dict[str, Operator] = compressed_weights.OPERATORS
"""Operator type -> the function that runs it, for operators that run only once, when the program is loaded."""

__all__ = ["ACCUMULATING", "CONSTANT", "OPERATORS", "Label", "Operator", "Result", "Value"]
