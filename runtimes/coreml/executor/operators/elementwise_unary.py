"""Elementwise operators of one tensor, apart from activations."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from .signatures import Operator


def _of_x(function: Callable[[Tensor], Tensor]) -> Operator:
    def operator(x: Tensor) -> Tensor:
        return function(x)

    return operator


def cast(x: Tensor, dtype: str) -> Tensor:  # noqa: ARG001 - the output's declared type says the same
    """Convert to the declared output type: floats are truncated to integers, and anything but 0 is True."""
    return x


def clip(x: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
    """Clip x to [alpha, beta]."""
    return torch.minimum(torch.maximum(x, alpha), beta)


def inverse(x: Tensor, epsilon: Tensor | None = None) -> Tensor:
    """Return 1 / (x + epsilon)."""
    return torch.reciprocal(x + (1e-4 if epsilon is None else epsilon))


def log(x: Tensor, epsilon: Tensor | None = None) -> Tensor:
    """Return ln(x + epsilon)."""
    return torch.log(x + (1e-45 if epsilon is None else epsilon))


def rsqrt(x: Tensor, epsilon: Tensor | None = None) -> Tensor:
    """Return 1 / sqrt(x + epsilon)."""
    return torch.rsqrt(x + (1e-12 if epsilon is None else epsilon))


def threshold(x: Tensor, alpha: Tensor) -> Tensor:
    """Replace everything below alpha by alpha."""
    return torch.maximum(x, alpha)


OPERATORS: dict[str, Operator] = {
    "abs": _of_x(torch.abs),
    "acos": _of_x(torch.acos),
    "asin": _of_x(torch.asin),
    "atan": _of_x(torch.atan),
    "atanh": _of_x(torch.atanh),
    "cast": cast,
    "ceil": _of_x(torch.ceil),
    "clip": clip,
    "cos": _of_x(torch.cos),
    "cosh": _of_x(torch.cosh),
    "erf": _of_x(torch.erf),
    "exp": _of_x(torch.exp),
    "exp2": _of_x(torch.exp2),
    "floor": _of_x(torch.floor),
    "identity": _of_x(lambda x: x),
    "inverse": inverse,
    "log": log,
    "logical_not": _of_x(torch.logical_not),
    "round": _of_x(torch.round),
    "rsqrt": rsqrt,
    "sign": _of_x(torch.sign),
    "sin": _of_x(torch.sin),
    "sinh": _of_x(torch.sinh),
    "sqrt": _of_x(torch.sqrt),
    "square": _of_x(torch.square),
    "tan": _of_x(torch.tan),
    "tanh": _of_x(torch.tanh),
    "threshold": threshold,
}
