"""Normalizations spelled out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from cloformer.export.forms.group_norm import (
    convolve_group_norms,
    convolve_group_norms_for_fp16,
    flatten_group_norms,
    reduce_group_norms,
    strip_group_norms,
)

FORMS = [
    convolve_group_norms,
    convolve_group_norms_for_fp16,
    flatten_group_norms,
    reduce_group_norms,
    strip_group_norms,
]


@pytest.mark.parametrize("spell_out", FORMS, ids=lambda form: form.__name__)
@pytest.mark.parametrize("folded", [False, True])
def test_a_norm_keeps_its_scale_and_shift_unless_they_were_folded(
    spell_out: Callable[[nn.Module], None], folded: bool
) -> None:
    norm = nn.GroupNorm(1, 4).double()
    if not folded:
        with torch.no_grad():
            norm.weight.copy_(torch.tensor([1.0, 2.0, 3.0, 4.0]))
            norm.bias.copy_(torch.tensor([0.5, 0.0, -0.5, 1.0]))
    holder = nn.Sequential(norm)
    image = 3 + torch.randn(3, 4, 5, 7, dtype=torch.float64)
    expected = holder(image)
    spell_out(holder)
    torch.testing.assert_close(holder(image), expected, rtol=1e-12, atol=1e-12)
    assert isinstance(holder[0], nn.Sequential) != folded


@pytest.mark.parametrize("spell_out", FORMS, ids=lambda form: form.__name__)
def test_a_constant_map_gives_zeros_and_no_infinity(spell_out: Callable[[nn.Module], None]) -> None:
    holder = nn.Sequential(nn.GroupNorm(1, 4).double())
    spell_out(holder)
    assert holder(torch.full((1, 4, 3, 3), 7.0, dtype=torch.float64)).abs().max() < 1e-6
