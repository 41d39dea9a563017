"""Normalization operators."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from cloformer.runtimes.coreml.executor.accumulation import Accumulator, mean_over
from cloformer.runtimes.coreml.executor.arguments import along_channels, integer, ints, number, positive_axes

from .signatures import Operator


def batch_norm(
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    *,
    gamma: Tensor | None = None,
    beta: Tensor | None = None,
    epsilon: Tensor | None = None,
) -> Tensor:
    """Return (x - mean) / sqrt(variance + epsilon) * gamma + beta per channel; x is (N, C, spatial...)."""
    deviation = torch.sqrt(variance + (1e-5 if epsilon is None else epsilon))
    out = (x - along_channels(mean, x.dim())) / along_channels(deviation, x.dim())
    return _scale_and_shift(out, gamma, beta, [1])


def instance_norm(
    accumulator: Accumulator,
    x: Tensor,
    gamma: Tensor | None = None,
    beta: Tensor | None = None,
    epsilon: Tensor | None = None,
) -> Tensor:
    """Standardize each channel of each sample over its spatial axes; gamma and beta are (C,)."""
    out = _standardize(accumulator, x, list(range(2, x.dim())), epsilon)
    return _scale_and_shift(out, gamma, beta, [1])


def layer_norm(
    accumulator: Accumulator,
    x: Tensor,
    *,
    axes: Tensor | None = None,
    gamma: Tensor | None = None,
    beta: Tensor | None = None,
    epsilon: Tensor | None = None,
) -> Tensor:
    """Standardize over ``axes`` (default: all); gamma and beta have the sizes of those axes."""
    dims = list(range(x.dim())) if axes is None else positive_axes(ints(axes), x.dim())
    return _scale_and_shift(_standardize(accumulator, x, dims, epsilon), gamma, beta, dims)


def l2_norm(accumulator: Accumulator, x: Tensor, epsilon: Tensor | None = None) -> Tensor:
    """Divide x by sqrt(sum of squares + epsilon), where the sum is over the last three axes."""
    squares = accumulator.total(torch.square(x), [-3, -2, -1])
    return x / torch.sqrt(squares + (1e-6 if epsilon is None else epsilon))


def local_response_norm(
    x: Tensor,
    size: Tensor,
    alpha: Tensor | None = None,
    beta: Tensor | None = None,
    k: Tensor | None = None,
) -> Tensor:
    """Return x / (k + alpha / size * sum of squares over ``size`` neighboring channels)^beta; x is (N, C, ...)."""
    return functional.local_response_norm(
        x,
        integer(size),
        1e-4 if alpha is None else number(alpha),
        0.75 if beta is None else number(beta),
        1.0 if k is None else number(k),
    )


def _standardize(accumulator: Accumulator, x: Tensor, axes: list[int], epsilon: Tensor | None) -> Tensor:
    centered = x - mean_over(accumulator, x, axes)
    variance = mean_over(accumulator, torch.square(centered), axes)
    return centered / torch.sqrt(variance + (1e-5 if epsilon is None else epsilon))


def _scale_and_shift(x: Tensor, gamma: Tensor | None, beta: Tensor | None, axes: list[int]) -> Tensor:
    shape = [size if axis in axes else 1 for axis, size in enumerate(x.shape)]
    if gamma is not None:
        x = x * gamma.reshape(shape)
    return x if beta is None else x + beta.reshape(shape)


OPERATORS: dict[str, Operator] = {"batch_norm": batch_norm, "local_response_norm": local_response_norm}

ACCUMULATING: dict[str, Operator] = {
    "instance_norm": instance_norm,
    "l2_norm": l2_norm,
    "layer_norm": layer_norm,
}
