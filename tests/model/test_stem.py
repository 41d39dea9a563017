from __future__ import annotations

import torch
from torch import Tensor

from cloformer.model.stem import Stem


def stem() -> Stem:
    torch.manual_seed(0)
    return Stem(8).double().eval()


def image(height: int = 32, width: int = 48) -> Tensor:
    return torch.randn(2, 3, height, width, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def test_strides_are_2_2_1_1() -> None:
    network, sizes = stem(), []
    for layer in (network.conv1, network.conv2, network.conv3, network.conv4, network.conv5):
        layer.register_forward_hook(lambda _module, _inputs, output: sizes.append(tuple(output.shape[1:])))
    assert network(image()).shape == (2, 8, 8, 12)
    assert sizes == [(4, 16, 24), (8, 8, 12), (8, 8, 12), (8, 8, 12), (8, 8, 12)]


@torch.no_grad()
def test_four_convolutions_end_in_a_relu_and_the_projection_does_not() -> None:
    network = stem()
    lows: list[float] = []
    for layer in (network.conv1, network.conv2, network.conv3, network.conv4, network.conv5):
        layer.register_forward_hook(lambda _module, _inputs, output: lows.append(float(output.min())))
    network(image())
    assert lows[:4] == [0.0] * 4
    assert lows[4] < 0


@torch.no_grad()
def test_tokens_are_normalized_over_the_whole_image() -> None:
    variance, mean = torch.var_mean(stem()(image()), dim=(1, 2, 3), correction=0)
    torch.testing.assert_close(mean, torch.zeros(2, dtype=torch.float64), rtol=0, atol=1e-12)
    torch.testing.assert_close(variance, torch.ones(2, dtype=torch.float64), rtol=0, atol=1e-3)


@torch.no_grad()
def test_batch_normalization_uses_the_running_statistics() -> None:
    network = stem()
    one, two = image()[:1], image()[1:]
    torch.testing.assert_close(network(torch.cat([one, 100 * two]))[:1], network(one), rtol=0, atol=1e-12)
    before = network(one)
    network.state_dict()["conv1.conv.1.running_mean"] += 1.0
    assert float((network(one) - before).abs().max()) > 1e-3
