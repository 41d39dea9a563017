from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from cloformer.model.conv_ffn import ConvFFN


def recorded_input(layer: nn.Module) -> list[Tensor]:
    """The inputs of ``layer``, filled in when it runs."""
    seen: list[Tensor] = []
    layer.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0]))
    return seen


def exact_gelu(x: Tensor) -> Tensor:
    return x.clone().apply_(lambda value: 0.5 * value * (1 + math.erf(value / math.sqrt(2))))


@torch.no_grad()
def test_gelu_comes_before_the_depthwise_convolution_and_nothing_after_it() -> None:
    ffn = ConvFFN(4, 6, ratio=3, kernel_size=5, stride=1).double()
    expanded, projected = recorded_input(ffn.dwconv), recorded_input(ffn.fc2)
    x = 4 * torch.randn(1, 4, 6, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    out = ffn(x)
    torch.testing.assert_close(expanded[0], exact_gelu(ffn.fc1(x)), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(projected[0], ffn.dwconv(expanded[0]), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(out, ffn.fc2(projected[0]), rtol=1e-12, atol=1e-12)


@torch.no_grad()
@pytest.mark.parametrize(("stride", "shape"), [(1, (2, 7, 8, 12)), (2, (2, 7, 4, 6))])
def test_it_changes_width_and_resolution(stride: int, shape: tuple[int, ...]) -> None:
    ffn = ConvFFN(4, 7, ratio=4, kernel_size=5, stride=stride)
    assert ffn(torch.zeros(2, 4, 8, 12)).shape == shape
    assert ffn.dwconv.weight.shape == (16, 1, 5, 5)


@torch.no_grad()
def test_depthwise_kernel_is_centered_on_the_even_positions_when_it_halves() -> None:
    """With a kernel of one in its middle, stride 2 must pick rows and columns 0, 2, 4 and so on."""
    ffn = ConvFFN(1, 1, ratio=1, kernel_size=5, stride=2).double()
    for layer in (ffn.fc1, ffn.dwconv, ffn.fc2):
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
        layer.weight[0, 0, layer.kernel_size[0] // 2, layer.kernel_size[1] // 2] = 1.0
    x = torch.arange(64.0, dtype=torch.float64).reshape(1, 1, 8, 8)
    torch.testing.assert_close(ffn(x), exact_gelu(x)[:, :, ::2, ::2], rtol=1e-12, atol=1e-12)
