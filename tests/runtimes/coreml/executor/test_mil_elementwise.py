from __future__ import annotations

import numpy as np
import pytest
from coremltools.converters.mil import Builder as mb  # noqa: N813 - coremltools' own abbreviation
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.runtimes.coreml.executor.mil_programs import Build, Var, floats, inferred, integers, run

UNARY = [
    "abs",
    "acos",
    "asin",
    "atan",
    "atanh",
    "ceil",
    "cos",
    "cosh",
    "erf",
    "exp",
    "exp2",
    "floor",
    "identity",
    "relu",
    "relu6",
    "round",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "softplus",
    "softsign",
    "square",
    "tan",
    "tanh",
]


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("shape", [(7,), (2, 3), (1, 2, 3, 2), (1, 2, 1, 3, 2)])
def test_unary_operators_are_what_coremltools_infers(name: str, shape: tuple[int, ...]) -> None:
    operator = getattr(mb, name)
    x = floats(*shape, low=-0.9, high=0.9)
    if name in ("relu6", "round", "ceil", "floor"):
        x *= 10

    def build(x: Var) -> Var:
        return operator(x=x)

    np.testing.assert_allclose(run(build, x)[0], inferred(build, x)[0], rtol=2e-6, atol=1e-6)


PARAMETERS: dict[str, Build] = {
    "clamped_relu": lambda x: mb.clamped_relu(x=x, alpha=0.3, beta=1.1),
    "clip": lambda x: mb.clip(x=x, alpha=-0.5, beta=1.0),
    "elu": lambda x: mb.elu(x=x, alpha=1.3),
    "gelu exact": lambda x: mb.gelu(x=x, mode="EXACT"),
    "gelu tanh": lambda x: mb.gelu(x=x, mode="TANH_APPROXIMATION"),
    "gelu sigmoid": lambda x: mb.gelu(x=x, mode="SIGMOID_APPROXIMATION"),
    "gelu default": lambda x: mb.gelu(x=x),
    "leaky_relu": lambda x: mb.leaky_relu(x=x, alpha=0.1),
    "linear_activation": lambda x: mb.linear_activation(x=x, alpha=0.1, beta=-3.0),
    "prelu": lambda x: mb.prelu(x=x, alpha=np.array([0.1, 0.2, 0.3], np.float32)),
    "scaled_tanh": lambda x: mb.scaled_tanh(x=x, alpha=0.7, beta=1.9),
    "sigmoid_hard": lambda x: mb.sigmoid_hard(x=x, alpha=0.4, beta=0.5),
    "softmax": lambda x: mb.softmax(x=x, axis=1),
    "softmax default": lambda x: mb.softmax(x=x),
    "softmax negative axis": lambda x: mb.softmax(x=x, axis=-3),
    "softplus_parametric": lambda x: mb.softplus_parametric(
        x=x, alpha=np.array([0.1, 0.2, 3.0], np.float32), beta=np.array([1.0, 2.0, -1.0], np.float32)
    ),
    "thresholded_relu": lambda x: mb.thresholded_relu(x=x, alpha=0.25),
    "threshold": lambda x: mb.threshold(x=x, alpha=0.25),
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_operators_with_parameters_are_what_coremltools_infers(name: str) -> None:
    x = floats(2, 3, 4, 5)
    expected = inferred(PARAMETERS[name], x)[0].copy()
    np.testing.assert_allclose(run(PARAMETERS[name], x.copy())[0], expected, rtol=2e-6, atol=1e-6)


SMALL_POSITIVE: dict[str, Build] = {
    "inverse": lambda x: mb.inverse(x=x),
    "inverse with epsilon": lambda x: mb.inverse(x=x, epsilon=0.5),
    "log": lambda x: mb.log(x=x),
    "log with epsilon": lambda x: mb.log(x=x, epsilon=0.5),
    "rsqrt": lambda x: mb.rsqrt(x=x),
    "rsqrt with epsilon": lambda x: mb.rsqrt(x=x, epsilon=0.5),
    "sqrt": lambda x: mb.sqrt(x=x),
}


@pytest.mark.parametrize("name", SMALL_POSITIVE)
def test_the_epsilon_is_added_before_the_function(name: str) -> None:
    x = floats(3, 4, low=1e-3, high=1e-2)
    np.testing.assert_allclose(run(SMALL_POSITIVE[name], x)[0], inferred(SMALL_POSITIVE[name], x)[0], rtol=1e-6)


def test_silu_is_x_times_its_sigmoid() -> None:
    x = floats(3, 4, low=-8, high=8)
    np.testing.assert_allclose(run(lambda x: mb.silu(x=x), x)[0], x / (1 + np.exp(-x)), rtol=1e-6)


BINARY = ["add", "equal", "floor_div", "greater", "greater_equal", "less", "less_equal"]
BINARY += ["maximum", "minimum", "mod", "mul", "not_equal", "real_div", "sub"]


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("kind", ["float", "integer"])
def test_binary_operators_are_what_coremltools_infers(name: str, kind: str) -> None:
    operator = getattr(mb, name)
    make = floats if kind == "float" else integers
    x, y = make(2, 3, 4, seed=1), make(3, 1, seed=2)
    y[y == 0] = 3

    def build(x: Var, y: Var) -> Var:
        return operator(x=x, y=y)

    expected = inferred(build, x, y)[0]
    result = run(build, x, y)[0]
    if kind == "integer" and name == "real_div":
        # coremltools infers a float here and declares an integer.
        expected = expected.astype(np.int32)
    assert result.dtype == (np.bool_ if expected.dtype == np.bool_ else x.dtype)
    np.testing.assert_allclose(result, expected, rtol=1e-6)


def test_pow_raises_elementwise() -> None:
    x, y = floats(2, 3, low=0.1), floats(3)
    result = run(lambda x, y: mb.pow(x=x, y=y), np.abs(x), y)[0]
    np.testing.assert_allclose(result, np.abs(x) ** y, rtol=1e-5)


@pytest.mark.parametrize("name", ["logical_and", "logical_or", "logical_xor"])
def test_logical_operators(name: str) -> None:
    operator = getattr(mb, name)
    x, y = floats(4, 5, seed=1), floats(5, seed=2)

    def build(x: Var, y: Var) -> Var:
        return operator(x=mb.greater(x=x, y=0.0), y=mb.greater(x=y, y=0.0))

    np.testing.assert_array_equal(run(build, x, y)[0], inferred(build, x, y)[0])


def test_logical_not_and_select() -> None:
    x, y = floats(4, 5, seed=1), floats(5, seed=2)

    def build(x: Var, y: Var) -> Var:
        return mb.select(cond=mb.logical_not(x=mb.less(x=x, y=y)), a=x, b=y)

    np.testing.assert_array_equal(run(build, x, y)[0], np.maximum(x, y))


@pytest.mark.parametrize("dtype", ["fp16", "fp32", "int32", "int8", "uint8", "int16", "uint16", "bool"])
def test_cast_converts_as_coremltools_does(dtype: str) -> None:
    x = floats(20, low=0, high=100)
    x[3] = 0

    def build(x: Var) -> Var:
        return mb.cast(x=x, dtype=dtype)

    result, expected = run(build, x)[0], inferred(build, x)[0]
    assert result.dtype == expected.dtype
    np.testing.assert_array_equal(result, expected)


@st.composite
def _broadcastable(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two shapes of rank 1 to 5 that broadcast with each other."""
    full = draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    one = [size if draw(st.booleans()) else 1 for size in full]
    other = [size if draw(st.booleans()) else 1 for size in full]
    return tuple(one), tuple(other[draw(st.integers(0, len(full) - 1)) :])


@settings(max_examples=40, deadline=None)
@given(_broadcastable())
def test_any_two_shapes_that_broadcast_do(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    x, y = floats(*shapes[0], seed=1), floats(*shapes[1], seed=2)
    np.testing.assert_array_equal(run(lambda x, y: mb.sub(x=x, y=y), x, y)[0], x - y)
