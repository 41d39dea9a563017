"""Activation functions. Those with parameters take them as tensors of any shape that broadcasts."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from cloformer.runtimes.coreml.executor.accumulation import Accumulator
from cloformer.runtimes.coreml.executor.arguments import along_channels, integer

from .signatures import Operator


def clamped_relu(x: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
    """The smaller of beta and (x, or alpha * x where x is negative)."""
    return torch.minimum(torch.where(x >= 0, x, alpha * x), beta)


def elu(x: Tensor, alpha: Tensor) -> Tensor:
    """X, or alpha * (e^x - 1) where x is negative."""
    return torch.where(x < 0, alpha * torch.expm1(x), x)


def gelu(x: Tensor, mode: str = "EXACT") -> Tensor:
    """Gaussian error linear unit, exact or by one of MIL's two approximations."""
    if mode == "TANH_APPROXIMATION":
        return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    if mode == "SIGMOID_APPROXIMATION":
        return x * torch.sigmoid(1.702 * x)
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


def leaky_relu(x: Tensor, alpha: Tensor) -> Tensor:
    """X, or alpha * x where x is negative."""
    return torch.where(x >= 0, x, alpha * x)


def linear_activation(x: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
    """Alpha * x + beta."""
    return alpha * x + beta


def prelu(x: Tensor, alpha: Tensor) -> Tensor:
    """Leaky ReLU with one slope a channel; x is (N, C, spatial...), alpha (C,)."""
    return leaky_relu(x, along_channels(alpha, x.dim()))


def relu(x: Tensor) -> Tensor:
    """The larger of x and 0."""
    return torch.relu(x)


def relu6(x: Tensor) -> Tensor:
    """X limited to [0, 6]."""
    return torch.clamp(x, 0, 6)


def scaled_tanh(x: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
    """Alpha * tanh(beta * x)."""
    return alpha * torch.tanh(beta * x)


def sigmoid(x: Tensor) -> Tensor:
    """The logistic function."""
    return torch.sigmoid(x)


def sigmoid_hard(x: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
    """Alpha * x + beta, limited to [0, 1]."""
    return torch.clamp(alpha * x + beta, 0, 1)


def silu(x: Tensor) -> Tensor:
    """X * sigmoid(x)."""
    return functional.silu(x)


def softmax(accumulator: Accumulator, x: Tensor, axis: Tensor | None = None) -> Tensor:
    """Exponentials over the axis (default: the last) by their sum; the largest is taken out first."""
    dim = -1 if axis is None else integer(axis)
    powers = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return powers / accumulator.total(powers, [dim])


def softplus(x: Tensor) -> Tensor:
    """ln(1 + e^x)."""
    return torch.logaddexp(x, torch.zeros(()))


def softplus_parametric(x: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
    """Alpha * ln(1 + e^(beta * x)) with one alpha and beta a channel; x is (N, C, spatial...)."""
    return along_channels(alpha, x.dim()) * softplus(along_channels(beta, x.dim()) * x)


def softsign(x: Tensor) -> Tensor:
    """X / (1 + |x|)."""
    return x / (1 + x.abs())


def thresholded_relu(x: Tensor, alpha: Tensor) -> Tensor:
    """X where it is at least alpha, else 0."""
    return torch.where(x >= alpha, x, 0)


OPERATORS: dict[str, Operator] = {
    "clamped_relu": clamped_relu,
    "elu": elu,
    "gelu": gelu,
    "leaky_relu": leaky_relu,
    "linear_activation": linear_activation,
    "prelu": prelu,
    "relu": relu,
    "relu6": relu6,
    "scaled_tanh": scaled_tanh,
    "sigmoid": sigmoid,
    "sigmoid_hard": sigmoid_hard,
    "silu": silu,
    "softplus": softplus,
    "softplus_parametric": softplus_parametric,
    "softsign": softsign,
    "thresholded_relu": thresholded_relu,
}

ACCUMULATING: dict[str, Operator] = {"softmax": softmax}
