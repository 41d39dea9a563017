from __future__ import annotations

import numpy as np
import pytest
import torch
from coremltools.converters.mil import Builder as mb  # noqa: N813 - coremltools' own abbreviation
from torch.nn import functional

from tests.runtimes.coreml.executor.mil_programs import Build, Var, floats, inferred, integers, run

REDUCTIONS = ["reduce_l1_norm", "reduce_l2_norm", "reduce_log_sum_exp", "reduce_max", "reduce_mean"]
REDUCTIONS += ["reduce_min", "reduce_prod", "reduce_sum", "reduce_sum_square", "reduce_log_sum"]


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("axes", [[0], [-1], [1, -1], [0, 1, 2], None])
@pytest.mark.parametrize("keep_dims", [False, True])
def test_reductions_are_what_coremltools_infers(name: str, axes: list[int] | None, keep_dims: bool) -> None:
    operator = getattr(mb, name)
    x = floats(2, 3, 4, low=0.1)

    def build(x: Var) -> Var:
        return operator(x=x, axes=axes, keep_dims=keep_dims)

    result, expected = run(build, x)[0], inferred(build, x)[0]
    assert result.shape == expected.shape
    np.testing.assert_allclose(result, expected, rtol=1e-5)


@pytest.mark.parametrize("name", ["reduce_max", "reduce_mean", "reduce_prod", "reduce_sum"])
def test_reductions_of_integers_stay_integers(name: str) -> None:
    operator = getattr(mb, name)
    x = integers(3, 4)

    def build(x: Var) -> Var:
        return operator(x=x, axes=[1])

    result = run(build, x)[0]
    assert result.dtype == np.int32
    np.testing.assert_array_equal(result, inferred(build, x)[0])


@pytest.mark.parametrize("name", ["reduce_argmax", "reduce_argmin"])
@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize("keep_dims", [False, True])
def test_arg_reductions_are_what_coremltools_infers(name: str, axis: int, keep_dims: bool) -> None:
    operator = getattr(mb, name)
    x = floats(3, 4, 5)

    def build(x: Var) -> Var:
        return operator(x=x, axis=axis, keep_dims=keep_dims)

    np.testing.assert_array_equal(run(build, x)[0], inferred(build, x)[0])


def test_argmax_can_give_uint16() -> None:
    result = run(lambda x: mb.reduce_argmax(x=x, output_dtype="uint16"), floats(3, 4))[0]
    assert result.dtype == np.uint16


NORMALIZATIONS: dict[str, Build] = {
    "layer_norm": lambda x: mb.layer_norm(
        x=x, axes=[1, -1], gamma=floats(3, 5, seed=1), beta=floats(3, 5, seed=2), epsilon=1e-3
    ),
    "layer_norm last axis": lambda x: mb.layer_norm(x=x, axes=[-1]),
    "layer_norm all axes": lambda x: mb.layer_norm(x=x, axes=[0, 1, 2, 3]),
    "l2_norm": lambda x: mb.l2_norm(x=x, epsilon=1e-2),
}


@pytest.mark.parametrize("name", NORMALIZATIONS)
def test_normalizations_are_what_coremltools_infers(name: str) -> None:
    x = floats(2, 3, 4, 5)
    result, expected = run(NORMALIZATIONS[name], x)[0], inferred(NORMALIZATIONS[name], x)[0]
    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("shape", [(2, 3, 5), (2, 3, 4, 5), (2, 3, 2, 3, 2)])
def test_batch_norm_is_pytorchs(shape: tuple[int, ...]) -> None:
    x = floats(*shape)
    mean, gamma, beta = (floats(3, seed=seed) for seed in (1, 2, 3))
    variance = floats(3, seed=4, low=0.5)

    def build(x: Var) -> Var:
        return mb.batch_norm(x=x, mean=mean, variance=variance, gamma=gamma, beta=beta, epsilon=1e-3)

    tensors = [torch.from_numpy(array) for array in (x, mean, variance, gamma, beta)]
    expected = functional.batch_norm(*tensors, eps=1e-3)
    np.testing.assert_allclose(run(build, x)[0], expected.numpy(), rtol=1e-5, atol=1e-6)


def test_batch_norm_without_scale_and_offset() -> None:
    x, mean, variance = floats(2, 3, 4), floats(3, seed=1), floats(3, seed=2, low=0.5)
    result = run(lambda x: mb.batch_norm(x=x, mean=mean, variance=variance), x)[0]
    expected = (x - mean[:, None]) / np.sqrt(variance[:, None] + 1e-5)
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shape", [(2, 3, 5), (2, 3, 4, 5)])
def test_instance_norm_is_pytorchs(shape: tuple[int, ...]) -> None:
    x, gamma, beta = floats(*shape), floats(3, seed=1), floats(3, seed=2)
    expected = functional.instance_norm(
        torch.from_numpy(x), weight=torch.from_numpy(gamma), bias=torch.from_numpy(beta), eps=1e-3
    )
    result = run(lambda x: mb.instance_norm(x=x, gamma=gamma, beta=beta, epsilon=1e-3), x)[0]
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-5, atol=1e-5)


def test_local_response_norm_is_pytorchs() -> None:
    x = floats(2, 7, 3, 4)
    expected = functional.local_response_norm(torch.from_numpy(x), 4, alpha=0.2, beta=0.6, k=1.5)
    result = run(lambda x: mb.local_response_norm(x=x, size=4, alpha=0.2, beta=0.6, k=1.5), x)[0]
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-5, atol=1e-6)


ORDERED: dict[str, Build] = {
    "argsort": lambda x: mb.argsort(x=x, axis=1),
    "argsort ascending": lambda x: mb.argsort(x=x, axis=-1, ascending=True),
    "topk": lambda x: mb.topk(x=x, k=3, axis=1),
    "topk ascending": lambda x: mb.topk(x=x, k=2, axis=-1, ascending=True),
    "topk values alone": lambda x: mb.topk(x=x, k=2, axis=0, return_indices=False),
}


@pytest.mark.parametrize("name", ORDERED)
def test_sorting_is_what_coremltools_infers(name: str) -> None:
    x = floats(3, 4, 5)
    for result, expected in zip(run(ORDERED[name], x), inferred(ORDERED[name], x), strict=True):
        np.testing.assert_array_equal(result, expected)


def test_cumsum_runs_either_way_with_or_without_the_element_itself() -> None:
    x = np.array([[1, 2, 3]], np.float32)
    sums = {
        (False, False): [1, 3, 6],
        (True, False): [0, 1, 3],
        (False, True): [6, 5, 3],
        (True, True): [5, 3, 0],
    }
    for (exclusive, reverse), expected in sums.items():

        def build(x: Var, exclusive: bool = exclusive, reverse: bool = reverse) -> Var:
            return mb.cumsum(x=x, axis=1, exclusive=exclusive, reverse=reverse)

        np.testing.assert_array_equal(run(build, x)[0], [expected])


def test_non_zero_lists_coordinates() -> None:
    x = np.array([[0, 2, 0], [3, 0, 4]], np.float32)
    np.testing.assert_array_equal(run(lambda x: mb.non_zero(x=x), x)[0], [[0, 1], [1, 0], [1, 2]])
