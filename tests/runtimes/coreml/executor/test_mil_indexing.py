from __future__ import annotations

import coremltools as ct
import numpy as np
import pytest
from coremltools.converters.mil import Builder as mb  # noqa: N813 - coremltools' own abbreviation
from hypothesis import given, settings
from hypothesis import strategies as st

from cloformer.runtimes.coreml.executor import OperatorError
from tests.runtimes.coreml.executor.mil_programs import Var, floats, inferred, integers, run


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=4),
    st.lists(st.integers(1, 3), min_size=1, max_size=2),
    st.data(),
)
def test_gather_is_numpys_take(shape: list[int], index_shape: list[int], data: st.DataObject) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    x, indices = floats(*shape), integers(*index_shape, low=-shape[axis], high=shape[axis])
    result = run(lambda x, i: mb.gather(x=x, indices=i, axis=axis), x, indices, opset=ct.target.iOS15)[0]
    np.testing.assert_array_equal(result, np.take(x, indices, axis))


def test_gather_of_a_scalar_index_removes_the_axis() -> None:
    x = floats(3, 4)
    np.testing.assert_array_equal(run(lambda x: mb.gather(x=x, indices=2, axis=0), x)[0], x[2])


@pytest.mark.parametrize("axis", [1, 2])
def test_gather_in_batches_is_what_coremltools_infers(axis: int) -> None:
    x, indices = floats(2, 3, 4), integers(2, 5, low=0, high=3)

    def build(x: Var, i: Var) -> Var:
        return mb.gather(x=x, indices=i, axis=axis, batch_dims=1)

    np.testing.assert_array_equal(run(build, x, indices)[0], inferred(build, x, indices)[0])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_gather_along_axis_is_numpys(axis: int) -> None:
    x, indices = floats(3, 3, 3), integers(3, 3, 3, low=0, high=3)
    result = run(lambda x, i: mb.gather_along_axis(x=x, indices=i, axis=axis), x, indices)[0]
    np.testing.assert_array_equal(result, np.take_along_axis(x, indices, axis))


def test_gather_nd_reads_at_coordinates() -> None:
    x, indices = floats(3, 4, 5), np.array([[[0, 1], [2, 3]], [[1, 1], [0, 0]]], np.int32)
    result = run(lambda x, i: mb.gather_nd(x=x, indices=i), x, indices)[0]
    np.testing.assert_array_equal(result, x[indices[..., 0], indices[..., 1]])


def test_gather_nd_in_batches() -> None:
    x, indices = floats(2, 4, 5), np.array([[[1], [3]], [[0], [2]]], np.int32)
    result = run(lambda x, i: mb.gather_nd(x=x, indices=i, batch_dims=1), x, indices)[0]
    np.testing.assert_array_equal(result, np.stack([x[0, [1, 3]], x[1, [0, 2]]]))


SCATTER = {
    "update": lambda old, new: new,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "max": np.maximum,
    "min": np.minimum,
}


@pytest.mark.parametrize("mode", SCATTER)
def test_scatter_combines_slices(mode: str) -> None:
    data, updates = floats(3, 4, 2), floats(3, 2, 2, seed=1, low=1.0)
    indices = np.array([3, 1], np.int32)

    def build(data: Var, indices: Var, updates: Var) -> Var:
        return mb.scatter(data=data, indices=indices, updates=updates, axis=1, mode=mode)

    expected = data.copy()
    expected[:, indices] = SCATTER[mode](expected[:, indices], updates)
    np.testing.assert_allclose(run(build, data, indices, updates)[0], expected, rtol=1e-6)


@pytest.mark.parametrize("mode", SCATTER)
def test_scatter_nd_combines_at_coordinates(mode: str) -> None:
    data, updates = floats(3, 4), floats(2, seed=1, low=1.0)
    indices = np.array([[0, 1], [2, 3]], np.int32)

    def build(data: Var, indices: Var, updates: Var) -> Var:
        return mb.scatter_nd(data=data, indices=indices, updates=updates, mode=mode)

    expected = data.copy()
    expected[[0, 2], [1, 3]] = SCATTER[mode](expected[[0, 2], [1, 3]], updates)
    np.testing.assert_allclose(run(build, data, indices, updates)[0], expected, rtol=1e-6)


def test_scatter_adds_every_update_of_a_repeated_index() -> None:
    data, indices, updates = np.zeros(3, np.float32), np.array([1, 1, 2], np.int32), floats(3)

    def build(data: Var, indices: Var, updates: Var) -> Var:
        return mb.scatter(data=data, indices=indices, updates=updates, mode="add")

    expected = [0, updates[0] + updates[1], updates[2]]
    np.testing.assert_allclose(run(build, data, indices, updates)[0], expected, rtol=1e-6)


def test_scatter_along_axis_is_numpys_put() -> None:
    data, updates = floats(3, 4), floats(3, 2, seed=1)
    indices = np.array([[0, 3], [2, 1], [1, 0]], np.int32)

    def build(data: Var, indices: Var, updates: Var) -> Var:
        return mb.scatter_along_axis(data=data, indices=indices, updates=updates, axis=1, mode="update")

    expected = data.copy()
    np.put_along_axis(expected, indices, updates, axis=1)
    np.testing.assert_array_equal(run(build, data, indices, updates)[0], expected)


def test_validated_indices_must_lie_inside() -> None:
    x, indices = floats(3), np.array([-1], np.int32)

    def build(x: Var, i: Var) -> Var:
        return mb.gather(x=x, indices=i, validate_indices=True)

    with pytest.raises(OperatorError, match=r"gather .* outside \[0, 3\)"):
        run(build, x, indices)
