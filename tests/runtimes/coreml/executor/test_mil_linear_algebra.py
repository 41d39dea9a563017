from __future__ import annotations

import numpy as np
import pytest
import torch
from coremltools.converters.mil import Builder as mb  # noqa: N813 - coremltools' own abbreviation
from torch.nn import functional

from tests.runtimes.coreml.executor.mil_programs import Var, floats, inferred, integers, run

# shapes of x and y, transpose_x, transpose_y
PRODUCTS = [
    ((4, 3), (3, 2), False, False),
    ((3, 4), (3, 2), True, False),
    ((4, 3), (2, 3), False, True),
    ((2, 1, 3, 4), (5, 3, 2), True, False),
    ((2, 5, 4, 3), (2, 5, 2, 3), False, True),
    ((2, 2, 3, 4, 3), (1, 3, 3, 2), False, False),
    ((3,), (3, 2), False, False),
]


@pytest.mark.parametrize(("x_shape", "y_shape", "transpose_x", "transpose_y"), PRODUCTS)
def test_matmul_is_what_coremltools_infers(
    x_shape: tuple[int, ...], y_shape: tuple[int, ...], transpose_x: bool, transpose_y: bool
) -> None:
    x, y = floats(*x_shape, seed=1), floats(*y_shape, seed=2)

    def build(x: Var, y: Var) -> Var:
        return mb.matmul(x=x, y=y, transpose_x=transpose_x, transpose_y=transpose_y)

    np.testing.assert_allclose(run(build, x, y)[0], inferred(build, x, y)[0], rtol=1e-5, atol=1e-6)


def test_matmul_of_integers() -> None:
    x, y = integers(2, 3), integers(3, 4, seed=1)
    np.testing.assert_array_equal(run(lambda x, y: mb.matmul(x=x, y=y), x, y)[0], x @ y)


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4)])
@pytest.mark.parametrize("with_bias", [False, True])
def test_linear_is_what_coremltools_infers(shape: tuple[int, ...], with_bias: bool) -> None:
    x, weight, bias = floats(*shape), floats(5, 4, seed=1), floats(5, seed=2) if with_bias else None

    def build(x: Var) -> Var:
        return mb.linear(x=x, weight=weight, bias=bias)

    np.testing.assert_allclose(run(build, x)[0], inferred(build, x)[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("equation", "x_shape", "y_shape"),
    [
        ("nchw,nwhu->nchu", (2, 3, 4, 5), (2, 5, 4, 6)),
        ("abcd,adce->abce", (1, 3, 4, 5), (2, 5, 1, 6)),
        ("chw,whr->chr", (3, 4, 5), (5, 4, 6)),
        ("chw,whr->chr", (3, 1, 5), (5, 4, 6)),
    ],
)
def test_einsum_is_what_coremltools_infers(equation: str, x_shape: tuple[int, ...], y_shape: tuple[int, ...]) -> None:
    x, y = floats(*x_shape, seed=1), floats(*y_shape, seed=2)

    def build(x: Var, y: Var) -> Var:
        return mb.einsum(values=(x, y), equation=equation)

    np.testing.assert_allclose(run(build, x, y)[0], inferred(build, x, y)[0], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("mask", ["none", "float", "boolean"])
def test_attention_is_pytorchs(mask: str) -> None:
    query, key, value = floats(2, 3, 5, 8), floats(2, 3, 6, 8, seed=1), floats(2, 3, 6, 4, seed=2)
    chosen = {"none": None, "float": floats(5, 6, seed=3), "boolean": floats(1, 5, 6, seed=3) > -1}[mask]

    def build(query: Var, key: Var, value: Var) -> Var:
        return mb.scaled_dot_product_attention(query=query, key=key, value=value, attn_mask=chosen)

    expected = functional.scaled_dot_product_attention(
        torch.from_numpy(query),
        torch.from_numpy(key),
        torch.from_numpy(value),
        None if chosen is None else torch.from_numpy(chosen),
    )
    np.testing.assert_allclose(run(build, query, key, value)[0], expected.numpy(), rtol=1e-5, atol=1e-6)
