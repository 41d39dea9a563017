"""Large depthwise kernels as sums of small ones."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cloformer.export.forms.depthwise import (
    XNNPACK_TAPS,
    BandedDepthwise,
    BlockedDepthwise,
    PhasedDepthwise,
    split_depthwise_into_bands,
    split_depthwise_into_blocks,
)
from tests.export.forms.networks import random_image, random_network

SIZES = st.sampled_from([3, 5, 7, 9, 11])


def depthwise(channels: int, size: int) -> nn.Conv2d:
    return nn.Conv2d(channels, channels, size, padding=size // 2, groups=channels, dtype=torch.float64)


@settings(deadline=None)
@given(size=SIZES, channels=st.integers(2, 5), height=st.integers(1, 12), width=st.integers(1, 12), seed=st.integers(0))
def test_bands_and_blocks_sum_to_the_kernel(size: int, channels: int, height: int, width: int, seed: int) -> None:
    convolution = depthwise(channels, size)
    image = random_image(seed % 2**31, 2, channels, height, width)
    with torch.no_grad():
        expected = convolution(image)
        for parts in (BandedDepthwise(convolution, XNNPACK_TAPS), BlockedDepthwise(convolution)):
            torch.testing.assert_close(parts(image), expected, rtol=1e-12, atol=1e-12)


@settings(deadline=None)
@given(size=st.sampled_from([3, 5]), height=st.integers(1, 13), width=st.integers(1, 13), seed=st.integers(0))
def test_phases_sum_to_the_kernel_of_stride_2(size: int, height: int, width: int, seed: int) -> None:
    convolution = nn.Conv2d(3, 3, size, 2, size // 2, groups=3, dtype=torch.float64)
    image = random_image(seed % 2**31, 2, 3, height, width)
    with torch.no_grad():
        torch.testing.assert_close(PhasedDepthwise(convolution)(image), convolution(image), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("size", [7, 9])
def test_a_band_has_no_more_taps_than_xnnpack_has_a_kernel_for(size: int) -> None:
    bands = BandedDepthwise(depthwise(4, size), XNNPACK_TAPS).bands
    assert max(math.prod(band.weight.shape[2:]) for band in bands) <= XNNPACK_TAPS
    assert sum(math.prod(band.weight.shape[2:]) for band in bands) == size * size


def test_only_kernels_that_the_runtimes_lack_are_split() -> None:
    banded, blocked = random_network("xxs", 0), random_network("xxs", 0)
    split_depthwise_into_bands(banded)
    split_depthwise_into_blocks(blocked)
    sizes = [block.attn.convs[0] for block in banded.clo_blocks()]
    assert [isinstance(size, BandedDepthwise) for size in sizes] == [False, False, True, True]  # 3, 5, 7, 9
    assert not any(
        isinstance(module, BandedDepthwise) for block in banded.clo_blocks() for module in block.mlp.modules()
    )
    blocks = list(blocked.clo_blocks())
    assert [isinstance(block.attn.convs[0], BlockedDepthwise) for block in blocks] == [False, True, True, True]
    # ConvFFN's kernels are 5x5; those with stride 2 end stages 1 to 3.
    kinds = [type(block.mlp.dwconv) for block in blocks]
    assert kinds == [PhasedDepthwise, PhasedDepthwise, PhasedDepthwise, BlockedDepthwise]
