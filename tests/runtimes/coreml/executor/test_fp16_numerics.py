from __future__ import annotations

import numpy as np
import pytest
import torch
from coremltools.converters.mil import Builder as mb  # noqa: N813 - coremltools' own abbreviation
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from tests.runtimes.coreml.executor.mil_programs import Build, Var, floats, run

GROUP_NORM_SIZE = (1, 32, 56, 56)
"""100,352 elements: what CloFormer's first GroupNorm averages over at 224 x 224."""


def _mean(x: Var) -> Var:
    return mb.reduce_mean(x=x, axes=[1, 2, 3], keep_dims=True)


def test_a_mean_over_100352_elements_overflows_in_a_narrow_accumulator_alone() -> None:
    x = np.ones(GROUP_NORM_SIZE, np.float16)
    assert run(_mean, x)[0].item() == 1.0
    assert run(_mean, x, accumulate_fp16=True)[0].item() == np.inf


def test_a_narrow_accumulator_does_not_touch_fp32_values() -> None:
    x = np.ones(GROUP_NORM_SIZE, np.float32)
    assert run(_mean, x, accumulate_fp16=True)[0].item() == 1.0


def test_a_narrow_accumulator_loses_small_addends_in_a_large_sum() -> None:
    x = np.array([[2048.0] + [0.0] * 31 + [1.0] + [0.0] * 31], np.float16)
    total = run(lambda x: mb.reduce_sum(x=x, axes=[1]), x, accumulate_fp16=True)[0]
    assert total.item() == 2048.0  # fp16 has no 2049


@settings(max_examples=30, deadline=None)
@given(st.floats(-60000, 60000, width=16), st.floats(-60000, 60000, width=16))
def test_a_sum_rounds_once_to_fp16(x: float, y: float) -> None:
    a, b = np.array([x], np.float16), np.array([y], np.float16)
    with np.errstate(over="ignore"):
        expected = (a.astype(np.float32) + b.astype(np.float32)).astype(np.float16)
    np.testing.assert_array_equal(run(lambda x, y: mb.add(x=x, y=y), a, b)[0], expected)


def test_values_round_after_every_operator() -> None:
    x = np.array([1.0], np.float16)

    def build(x: Var) -> Var:
        return mb.sub(x=mb.add(x=x, y=np.float16(2**-12)), y=np.float16(1.0))

    assert run(build, x)[0].item() == 0.0  # 1 + 2^-12 rounds to 1


OVERFLOWS: dict[str, tuple[Build, float]] = {
    "product": (lambda x: mb.mul(x=x, y=x), np.inf),
    "negative product": (lambda x: mb.mul(x=x, y=np.float16(-300)), -np.inf),
    "square": (lambda x: mb.square(x=x), np.inf),
    "exponential": (lambda x: mb.exp(x=x), np.inf),
    "cast": (lambda x: mb.cast(x=mb.mul(x=mb.cast(x=x, dtype="fp32"), y=300.0), dtype="fp16"), np.inf),
}


@pytest.mark.parametrize("name", OVERFLOWS)
def test_what_exceeds_65504_is_infinite(name: str) -> None:
    build, expected = OVERFLOWS[name]
    result = run(build, np.array([300.0], np.float16))[0]
    assert result.dtype == np.float16
    assert result.item() == expected


ACCUMULATING: dict[str, Build] = {
    "conv": lambda x: mb.conv(x=x, weight=floats(6, 16, 3, 3, seed=1).astype(np.float16)),
    "grouped conv": lambda x: mb.conv(
        x=x, weight=floats(8, 4, 3, 3, seed=1).astype(np.float16), groups=4, pad_type="same"
    ),
    "matmul": lambda x: mb.matmul(
        x=mb.reshape(x=x, shape=[2, 8, -1]), y=mb.reshape(x=x, shape=[2, 8, -1]), transpose_y=True
    ),
    "linear": lambda x: mb.linear(x=mb.reshape(x=x, shape=[2, -1]), weight=floats(5, 1936, seed=1).astype(np.float16)),
    "reduce_mean": lambda x: mb.reduce_mean(x=x, axes=[-1, 1]),
    "softmax": lambda x: mb.softmax(x=x, axis=1),
    "avg_pool": lambda x: mb.avg_pool(x=x, kernel_sizes=[3, 3], pad_type="same"),
    "layer_norm": lambda x: mb.layer_norm(x=x, axes=[1, 2, 3]),
    "instance_norm": lambda x: mb.instance_norm(x=x),
    "attention": lambda x: mb.scaled_dot_product_attention(query=x, key=x, value=x),
}


@pytest.mark.parametrize("name", ACCUMULATING)
def test_narrow_sums_stay_close_to_wide_ones_where_nothing_overflows(name: str) -> None:
    x = floats(2, 16, 11, 11, low=-1, high=1).astype(np.float16)
    wide, narrow = run(ACCUMULATING[name], x)[0], run(ACCUMULATING[name], x, accumulate_fp16=True)[0]
    assert not np.array_equal(wide, narrow)
    np.testing.assert_allclose(narrow, wide, rtol=2e-2, atol=5e-2)


def test_a_wide_convolution_of_fp16_values_rounds_once() -> None:
    x = floats(1, 8, 6, 6).astype(np.float16)
    weight = floats(4, 8, 3, 3, seed=1).astype(np.float16)
    exact = functional.conv2d(torch.from_numpy(x).double(), torch.from_numpy(weight).double()).numpy()
    result = run(lambda x: mb.conv(x=x, weight=weight), x)[0]
    assert result.dtype == np.float16
    np.testing.assert_allclose(result, exact, rtol=2**-10, atol=1e-4)
