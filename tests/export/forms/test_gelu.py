"""GELU from a sigmoid: as near as it says everywhere, and nothing overflows in fp16."""

from __future__ import annotations

import torch
from torch.nn import functional

from cloformer.export.forms.gelu import LARGEST_ERROR, SigmoidGELU


def test_it_is_as_near_as_it_says() -> None:
    x = torch.linspace(-20, 20, 400_001, dtype=torch.float64)
    error = (SigmoidGELU()(x) - functional.gelu(x)).abs().max()
    assert 0.5 * LARGEST_ERROR < error < LARGEST_ERROR


def test_it_is_gelu_at_the_ends_of_fp16() -> None:
    x = torch.tensor([-65504.0, -300.0, -6.0, 0.0, 6.0, 300.0, 65504.0], dtype=torch.float16)
    found = SigmoidGELU().half()(x).float()
    torch.testing.assert_close(found, functional.gelu(x.float()), rtol=1e-3, atol=2e-4)


def test_in_fp16_it_is_as_near_as_fp16_allows() -> None:
    x = torch.linspace(-5, 5, 2001).half()
    error = (SigmoidGELU().half()(x).float() - functional.gelu(x.float())).abs()
    assert error.max() < 4 * 2.0**-10  # fp16's step between 2 and 4 is 2^-9, half of it rounding
