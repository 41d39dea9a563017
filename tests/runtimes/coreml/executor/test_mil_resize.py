from __future__ import annotations

import numpy as np
import pytest
import torch
from coremltools.converters.mil import Builder as mb  # noqa: N813 - coremltools' own abbreviation
from torch.nn import functional

from tests.runtimes.coreml.executor.mil_programs import Var, floats, run

# The grid points that MIL's documentation of resize_bilinear lists for an input [0, 1], to two digits.
DOCUMENTED = {
    ("UNALIGN_CORNERS", 5): [0.0, 0.1, 0.5, 0.9, 1.0],
    ("STRICT_ALIGN_CORNERS", 5): [0.0, 0.25, 0.5, 0.75, 1.0],
    ("ALIGN_CORNERS", 5): [0.0, 0.25, 0.5, 0.75, 1.0],
    ("DEFAULT", 5): [0.0, 0.4, 0.8, 1.0, 1.0],
    ("OFFSET_CORNERS", 5): [0.1, 0.3, 0.5, 0.7, 0.9],
    ("UNALIGN_CORNERS", 6): [0.0, 0.0, 0.33, 0.67, 1.0, 1.0],
    ("STRICT_ALIGN_CORNERS", 6): [0.0, 0.2, 0.4, 0.6, 0.8, 1.0],
    ("DEFAULT", 6): [0.0, 0.33, 0.67, 1.0, 1.0, 1.0],
    ("OFFSET_CORNERS", 6): [0.08, 0.25, 0.42, 0.58, 0.75, 0.92],
    ("ALIGN_CORNERS", 1): [0.5],
}


@pytest.mark.parametrize(("mode", "size"), DOCUMENTED)
def test_resize_bilinear_samples_the_documented_grid(mode: str, size: int) -> None:
    x = np.array([[[0.0, 1.0]]], np.float32)

    def build(x: Var) -> Var:
        return mb.resize_bilinear(x=x, target_size_height=1, target_size_width=size, sampling_mode=mode)

    np.testing.assert_allclose(run(build, x)[0][0, 0], DOCUMENTED[mode, size], atol=0.005)


@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("target", [(10, 14), (13, 9), (3, 4), (1, 1)])
def test_upsample_bilinear_is_pytorchs(align_corners: bool, target: tuple[int, int]) -> None:
    x = floats(2, 3, 5, 7)
    factors = [(target[axis] + 1e-3) / x.shape[axis + 2] for axis in (0, 1)]

    def build(x: Var) -> Var:
        return mb.upsample_bilinear(
            x=x,
            scale_factor_height=np.float32(factors[0]),
            scale_factor_width=np.float32(factors[1]),
            align_corners=align_corners,
        )

    expected = functional.interpolate(torch.from_numpy(x), target, mode="bilinear", align_corners=align_corners)
    np.testing.assert_allclose(run(build, x)[0], expected.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("target", [(10, 14), (5, 21)])
def test_upsample_nearest_neighbor_is_pytorchs(target: tuple[int, int]) -> None:
    x = floats(2, 3, 5, 7)

    def build(x: Var) -> Var:
        return mb.upsample_nearest_neighbor(x=x, scale_factor_height=target[0] // 5, scale_factor_width=target[1] // 7)

    expected = functional.interpolate(torch.from_numpy(x), target, mode="nearest")
    np.testing.assert_array_equal(run(build, x)[0], expected.numpy())


@pytest.mark.parametrize("target", [(10, 14), (8, 3), (2, 11)])
def test_resize_nearest_neighbor_compares_pixel_centers(target: tuple[int, int]) -> None:
    x = floats(2, 3, 5, 7)
    expected = functional.interpolate(torch.from_numpy(x), target, mode="nearest-exact").numpy()
    fixed = run(
        lambda x: mb.resize_nearest_neighbor(x=x, target_size_height=target[0], target_size_width=target[1]),
        x,
    )[0]
    np.testing.assert_array_equal(fixed, expected)
    general = run(
        lambda x: mb.resize(x=x, shape=target, resized_dims=np.uint32(2), interpolation_mode="NEAREST_NEIGHBOR"),
        x,
    )[0]
    np.testing.assert_array_equal(general, expected)


def test_resize_takes_a_zero_as_the_present_size() -> None:
    x = floats(1, 2, 5, 7)

    def build(x: Var) -> Var:
        return mb.resize(x=x, shape=[1, 0, 9], resized_dims=np.uint32(2), sampling_mode="UNALIGN_CORNERS")

    expected = functional.interpolate(torch.from_numpy(x), (5, 9), mode="bilinear", align_corners=False)
    np.testing.assert_allclose(run(build, x)[0], expected.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
@pytest.mark.parametrize(
    ("padding", "torch_padding", "align_corners"),
    [
        ("constant", "zeros", False),
        ("constant", "zeros", True),
        ("border", "border", False),
        ("border", "border", True),
        ("symmetric", "reflection", False),
        ("reflection", "reflection", True),
    ],
)
def test_resample_is_pytorchs_grid_sample(mode: str, padding: str, torch_padding: str, align_corners: bool) -> None:
    x, grid = floats(2, 3, 5, 7), floats(2, 4, 3, 2, seed=1, low=-1.6, high=1.6)

    def build(x: Var, grid: Var) -> Var:
        return mb.resample(
            x=x,
            coordinates=grid,
            sampling_mode=mode,
            padding_mode=padding,
            padding_value=0.0,
            coordinates_mode="normalized_minus_one_to_one",
            align_corners=align_corners,
        )

    expected = functional.grid_sample(torch.from_numpy(x), torch.from_numpy(grid), mode, torch_padding, align_corners)
    np.testing.assert_allclose(run(build, x, grid)[0], expected.numpy(), rtol=1e-4, atol=1e-5)


def test_affine_is_pytorchs_affine_grid_and_sample() -> None:
    x, matrix = floats(2, 3, 5, 7), floats(2, 6, seed=1)

    def build(x: Var, matrix: Var) -> Var:
        return mb.affine(
            x=x,
            transform_matrix=matrix,
            output_height=4,
            output_width=6,
            sampling_mode="bilinear",
            padding_mode="constant",
            padding_value=0.0,
            coordinates_mode="normalized_minus_one_to_one",
            align_corners=True,
        )

    grid = functional.affine_grid(torch.from_numpy(matrix).reshape(2, 2, 3), [2, 3, 4, 6], align_corners=True)
    expected = functional.grid_sample(torch.from_numpy(x), grid, align_corners=True)
    np.testing.assert_allclose(run(build, x, matrix)[0], expected.numpy(), rtol=1e-4, atol=1e-5)
