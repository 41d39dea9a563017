"""Activation functions; their parameters are tensors of any shape that broadcasts."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from cloformer.runtimes.coreml.executor.accumulation import Accumulator
from cloformer.runtimes.coreml.executor.arguments import along_channels, integer

from .signatures import Operator


def clamped_relu(x: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
    """Return the smaller of beta and leaky_relu(x, alpha)."""
    return torch.minimum(torch.where(x >= 0, x, alpha * x), beta)


def elu(x: Tensor, alpha: Tensor) -> Tensor:
    """Return x, or alpha * (e^x - 1) where x is negative."""
    return torch.where(x < 0, alpha * torch.expm1(x), x)


def gelu(x: Tensor, mode: str = "EXACT") -> Tensor:
    """Return the Gaussian error linear unit of x, exact or by one of MIL's two approximations."""
    if mode == "TANH_APPROXIMATION":
        return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    if mode == "SIGMOID_APPROXIMATION":
        return x * torch.sigmoid(1.702 * x)
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


def leaky_relu(x: Tensor, alpha: Tensor) -> Tensor:
    """Return x, or alpha * x where x is negative."""
    return torch.where(x >= 0, x, alpha * x)


def linear_activation(x: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
    """Return alpha * x + beta."""
    return alpha * x + beta


def prelu(x: Tensor, alpha: Tensor) -> Tensor:
    """Return leaky_relu with one slope per channel; x is (N, C, spatial...) and alpha is (C,)."""
    return leaky_relu(x, along_channels(alpha, x.dim()))


def relu(x: Tensor) -> Tensor:
    """Return the larger of x and 0."""
    return torch.relu(x)


def relu6(x: Tensor) -> Tensor:
    """Return x clipped to [0, 6]."""
    return torch.clamp(x, 0, 6)


def scaled_tanh(x: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
    """Return alpha * tanh(beta * x)."""
    return alpha * torch.tanh(beta * x)


def sigmoid(x: Tensor) -> Tensor:
    """Return the logistic function of x."""
    return torch.sigmoid(x)


def sigmoid_hard(x: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
    """Return alpha * x + beta, clipped to [0, 1]."""
    return torch.clamp(alpha * x + beta, 0, 1)


def silu(x: Tensor) -> Tensor:
    """Return x * sigmoid(x)."""
    return functional.silu(x)


def softmax(accumulator: Accumulator, x: Tensor, axis: Tensor | None = None) -> Tensor:
    """Divide the exponentials of x by their sum over the axis (default: the last), after subtracting the maximum."""
    dim = -1 if axis is None else integer(axis)
    powers = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return powers / accumulator.total(powers, [dim])


def softplus(x: Tensor) -> Tensor:
    """Return ln(1 + e^x)."""
    return torch.logaddexp(x, torch.zeros(()))


def softplus_parametric(x: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
    """Return alpha * ln(1 + e^(beta * x)) with one alpha and beta per channel; x is (N, C, spatial...)."""
    return along_channels(alpha, x.dim()) * softplus(along_channels(beta, x.dim()) * x)


def softsign(x: Tensor) -> Tensor:
    """Return x / (1 + |x|)."""
    return x / (1 + x.abs())


def thresholded_relu(x: Tensor, alpha: Tensor) -> Tensor:
    """Return x where it is at least alpha, else 0."""
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
