from __future__ import annotations

import numpy as np
import pytest
import torch
from coremltools.converters.mil import Builder as mb  # noqa: N813 - coremltools' own abbreviation
from torch.nn import functional

from tests.runtimes.coreml.executor.mil_programs import Var, floats, run

CONVOLUTION = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
TRANSPOSED = {1: functional.conv_transpose1d, 2: functional.conv_transpose2d, 3: functional.conv_transpose3d}

# spatial size, kernel, stride, dilation, padding on both sides, groups
CUSTOM = [
    ((9,), (3,), (1,), (1,), (1,), 1),
    ((9,), (4,), (2,), (2,), (0,), 2),
    ((7, 8), (3, 3), (1, 1), (1, 1), (1, 1), 1),
    ((7, 8), (3, 5), (2, 1), (1, 1), (1, 2), 4),
    ((11, 9), (3, 2), (2, 3), (2, 3), (0, 1), 2),
    ((7, 8), (1, 1), (2, 2), (1, 1), (0, 0), 1),
    ((5, 6, 7), (3, 2, 3), (1, 2, 2), (1, 1, 2), (1, 0, 2), 2),
]


@pytest.mark.parametrize(("size", "kernel", "stride", "dilation", "padding", "groups"), CUSTOM)
@pytest.mark.parametrize("with_bias", [False, True])
def test_conv_with_custom_padding_is_pytorchs(
    *,
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    padding: tuple[int, ...],
    groups: int,
    with_bias: bool,
) -> None:
    x, weight = floats(2, 4, *size, seed=1), floats(8, 4 // groups, *kernel, seed=2)
    bias = floats(8, seed=3) if with_bias else None

    def build(x: Var) -> Var:
        return mb.conv(
            x=x,
            weight=weight,
            bias=bias,
            strides=stride,
            dilations=dilation,
            groups=groups,
            pad_type="custom",
            pad=np.repeat(padding, 2),
        )

    expected = CONVOLUTION[len(size)](
        torch.from_numpy(x),
        torch.from_numpy(weight),
        None if bias is None else torch.from_numpy(bias),
        stride,
        padding,
        dilation,
        groups,
    )
    np.testing.assert_allclose(run(build, x)[0], expected.numpy(), rtol=1e-5, atol=1e-5)


def test_conv_pads_each_side_by_its_own_amount() -> None:
    x, weight = floats(1, 2, 5, 6), floats(3, 2, 3, 3, seed=1)
    result = run(lambda x: mb.conv(x=x, weight=weight, pad_type="custom", pad=[0, 2, 3, 1]), x)[0]
    padded = np.pad(x, ((0, 0), (0, 0), (0, 2), (3, 1)))
    expected = functional.conv2d(torch.from_numpy(padded), torch.from_numpy(weight))
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("size", [5, 6, 7, 8, 9])
@pytest.mark.parametrize("kernel", [2, 3, 4])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_same_padding_keeps_size_over_stride_and_puts_the_odd_element_behind(
    size: int, kernel: int, stride: int
) -> None:
    x, weight = floats(1, 1, size), floats(1, 1, kernel, seed=1)
    total = max(0, (-(-size // stride) - 1) * stride + kernel - size)
    for pad_type, front in (("same", total // 2), ("same_lower", total - total // 2)):
        result = run(lambda x, p=pad_type: mb.conv(x=x, weight=weight, strides=[stride], pad_type=p), x)[0]
        padded = np.pad(x[0, 0], (front, total - front))
        expected = [
            padded[start : start + kernel] @ weight[0, 0] for start in range(0, -(-size // stride) * stride, stride)
        ]
        np.testing.assert_allclose(result[0, 0], expected, rtol=1e-5, atol=1e-6)


def test_conv_without_options_pads_nothing() -> None:
    x, weight = floats(1, 2, 5, 6), floats(3, 2, 3, 3, seed=1)
    expected = functional.conv2d(torch.from_numpy(x), torch.from_numpy(weight))
    result = run(lambda x: mb.conv(x=x, weight=weight), x)[0]
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-5, atol=1e-5)


def test_conv_with_weights_that_the_program_computes() -> None:
    x, weight = floats(1, 2, 5, 6), floats(3, 2, 3, 3, seed=1)
    result = run(lambda x, w: mb.conv(x=x, weight=w), x, weight)[0]
    expected = functional.conv2d(torch.from_numpy(x), torch.from_numpy(weight))
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "dilation", "padding", "groups"),
    [
        ((5,), (3,), (2,), (1,), (1,), 1),
        ((5, 4), (3, 2), (2, 3), (1, 1), (1, 0), 2),
        ((5, 4), (3, 3), (2, 2), (2, 1), (2, 1), 1),
        ((3, 4, 3), (2, 3, 2), (1, 2, 2), (1, 1, 1), (0, 1, 0), 1),
    ],
)
def test_conv_transpose_is_pytorchs(
    *,
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    padding: tuple[int, ...],
    groups: int,
) -> None:
    x, weight, bias = floats(2, 4, *size), floats(4, 6 // groups, *kernel, seed=1), floats(6, seed=2)

    def build(x: Var) -> Var:
        return mb.conv_transpose(
            x=x,
            weight=weight,
            bias=bias,
            strides=stride,
            dilations=dilation,
            groups=groups,
            pad_type="custom",
            pad=np.repeat(padding, 2),
        )

    expected = TRANSPOSED[len(size)](
        torch.from_numpy(x),
        torch.from_numpy(weight),
        torch.from_numpy(bias),
        stride,
        padding,
        0,
        groups,
        dilation,
    )
    np.testing.assert_allclose(run(build, x)[0], expected.numpy(), rtol=1e-5, atol=1e-5)


def test_conv_transpose_reaches_a_given_output_shape() -> None:
    x, weight, bias = floats(1, 2, 4, 4), floats(2, 3, 3, 3, seed=1), floats(3, seed=2)
    tensors = [torch.from_numpy(array) for array in (x, weight, bias)]
    expected = functional.conv_transpose2d(*tensors, stride=2, padding=1, output_padding=1)

    def build(x: Var) -> Var:
        return mb.conv_transpose(
            x=x,
            weight=weight,
            bias=bias,
            strides=[2, 2],
            pad_type="custom",
            pad=[1, 1, 1, 1],
            output_shape=expected.shape,
        )

    np.testing.assert_allclose(run(build, x)[0], expected.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kernel", [2, 3, 4])
def test_conv_transpose_with_same_padding_multiplies_the_size_by_the_stride(kernel: int) -> None:
    x, weight = floats(1, 1, 5), floats(1, 1, kernel, seed=1)
    result = run(lambda x: mb.conv_transpose(x=x, weight=weight, strides=[2], pad_type="same"), x)[0]
    full = functional.conv_transpose1d(torch.from_numpy(x), torch.from_numpy(weight), stride=2).numpy()
    front = (full.shape[-1] - 10) // 2
    np.testing.assert_allclose(result, full[..., front : front + 10], rtol=1e-5)


# spatial size, kernel, stride, padding on both sides, ceil_mode
POOLING = [
    ((9,), (3,), (2,), (1,), False),
    ((8,), (3,), (2,), (1,), True),
    ((7, 8), (2, 2), (2, 2), (0, 0), False),
    ((7, 8), (2, 3), (2, 2), (0, 0), True),
    ((7, 9), (3, 3), (2, 2), (1, 1), False),
    ((7, 10), (3, 4), (2, 3), (1, 2), True),
    ((5, 6, 7), (2, 3, 2), (2, 2, 1), (1, 1, 0), False),
]
AVERAGE = {1: functional.avg_pool1d, 2: functional.avg_pool2d, 3: functional.avg_pool3d}
MAXIMUM = {1: functional.max_pool1d, 2: functional.max_pool2d, 3: functional.max_pool3d}


@pytest.mark.parametrize(("size", "kernel", "stride", "padding", "ceil_mode"), POOLING)
@pytest.mark.parametrize("exclude", [False, True])
def test_avg_pool_is_pytorchs(
    *,
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    padding: tuple[int, ...],
    ceil_mode: bool,
    exclude: bool,
) -> None:
    x = floats(2, 3, *size)

    def build(x: Var) -> Var:
        return mb.avg_pool(
            x=x,
            kernel_sizes=kernel,
            strides=stride,
            pad_type="custom",
            pad=np.repeat(padding, 2),
            ceil_mode=ceil_mode,
            exclude_padding_from_average=exclude,
        )

    expected = AVERAGE[len(size)](torch.from_numpy(x), kernel, stride, padding, ceil_mode, not exclude)
    np.testing.assert_allclose(run(build, x)[0], expected.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("size", "kernel", "stride", "padding", "ceil_mode"), POOLING)
def test_max_pool_is_pytorchs(
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    padding: tuple[int, ...],
    ceil_mode: bool,
) -> None:
    x = floats(2, 3, *size) - 5

    def build(x: Var) -> Var:
        return mb.max_pool(
            x=x,
            kernel_sizes=kernel,
            strides=stride,
            pad_type="custom",
            pad=np.repeat(padding, 2),
            ceil_mode=ceil_mode,
        )

    expected = MAXIMUM[len(size)](torch.from_numpy(x), kernel, stride, padding, ceil_mode=ceil_mode)
    np.testing.assert_array_equal(run(build, x)[0], expected.numpy())


def test_pools_with_same_padding_ignore_what_they_padded() -> None:
    x = floats(1, 1, 5) - 5
    average = run(
        lambda x: mb.avg_pool(x=x, kernel_sizes=[4], strides=[2], pad_type="same", exclude_padding_from_average=True),
        x,
    )[0]
    row = x[0, 0]
    # Three outputs need 8 elements: one is padded in front and two behind.
    windows = [row[0:3], row[1:5], row[3:5]]
    np.testing.assert_allclose(average[0, 0], [window.mean() for window in windows], rtol=1e-6)
    largest = run(lambda x: mb.max_pool(x=x, kernel_sizes=[4], strides=[2], pad_type="same"), x)[0]
    np.testing.assert_array_equal(largest[0, 0], [window.max() for window in windows])


def test_l2_pool_is_the_norm_of_each_window() -> None:
    x = floats(1, 2, 6)
    result = run(lambda x: mb.l2_pool(x=x, kernel_sizes=[3], strides=[3], pad_type="valid"), x)[0]
    np.testing.assert_allclose(result, np.linalg.norm(x.reshape(1, 2, 2, 3), axis=-1), rtol=1e-6)
