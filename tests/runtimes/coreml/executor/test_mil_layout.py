from __future__ import annotations

import coremltools as ct
import numpy as np
import pytest
import torch
from coremltools.converters.mil import Builder as mb  # noqa: N813 - coremltools' own abbreviation
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.runtimes.coreml.executor.mil_programs import Build, Var, floats, inferred, integers, run

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=5).map(tuple)


@settings(max_examples=40, deadline=None)
@given(SHAPES, st.data())
def test_transpose_then_its_inverse_is_the_identity(shape: tuple[int, ...], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(shape))))
    signed = [axis - len(shape) if data.draw(st.booleans()) else axis for axis in order]
    x = floats(*shape)
    moved = run(lambda x: mb.transpose(x=x, perm=signed), x)[0]
    np.testing.assert_array_equal(moved, x.transpose(order))
    back = run(lambda x: mb.transpose(x=x, perm=np.argsort(order)), moved)[0]
    np.testing.assert_array_equal(back, x)


@settings(max_examples=40, deadline=None)
@given(SHAPES, st.data())
def test_reshape_keeps_the_order_of_elements(shape: tuple[int, ...], data: st.DataObject) -> None:
    target = list(data.draw(st.permutations(shape)))
    wanted = tuple(target)
    if data.draw(st.booleans()):
        target[data.draw(st.integers(0, len(target) - 1))] = -1
    x = floats(*shape)
    np.testing.assert_array_equal(run(lambda x: mb.reshape(x=x, shape=target), x)[0], x.reshape(wanted))


def _slice_of_one_axis(draw: st.DrawFn, size: int) -> tuple[int, int, int, bool, bool]:
    stride = draw(st.sampled_from([1, 2, 3, -1, -2]))
    first, last = sorted([draw(st.integers(0, size - 1)), draw(st.integers(0, size - 1))])
    begin, end = (first, last + 1) if stride > 0 else (last, first - 1)
    from_edge, to_edge = draw(st.booleans()), draw(st.booleans()) or end < 0
    if stride > 0 and not from_edge and draw(st.booleans()):
        begin -= size
    return begin, end, stride, from_edge, to_edge


@st.composite
def _slices(draw: st.DrawFn) -> tuple[tuple[int, ...], list[tuple[int, int, int, bool, bool]]]:
    shape = draw(st.lists(st.integers(2, 6), min_size=1, max_size=4).map(tuple))
    return shape, [_slice_of_one_axis(draw, size) for size in shape]


@settings(max_examples=60, deadline=None)
@given(_slices())
def test_slice_by_index_is_numpys_slicing(
    case: tuple[tuple[int, ...], list[tuple[int, int, int, bool, bool]]],
) -> None:
    shape, axes = case
    begin, end, stride, begin_mask, end_mask = (list(column) for column in zip(*axes, strict=True))
    x = floats(*shape)
    expected = x[
        tuple(slice(None if bm else b, None if em else e, s) for b, e, s, bm, em in axes)
    ]  # numpy's own reading of the same slice
    result = run(
        lambda x: mb.slice_by_index(x=x, begin=begin, end=end, stride=stride, begin_mask=begin_mask, end_mask=end_mask),
        x,
    )[0]
    np.testing.assert_array_equal(result, expected)


INFERRED: dict[str, tuple[Build, tuple[int, ...]]] = {
    "band_part": (lambda x: mb.band_part(x=x, lower=1, upper=0), (2, 4, 5)),
    "band_part lower": (lambda x: mb.band_part(x=x, lower=-1, upper=1), (4, 3)),
    "concat": (lambda x: mb.concat(values=[x, x, mb.square(x=x)], axis=1), (2, 3)),
    "concat negative axis": (lambda x: mb.concat(values=[x, x], axis=-2), (2, 3, 4)),
    "expand_dims": (lambda x: mb.expand_dims(x=x, axes=[0, -1, 2]), (2, 3)),
    "flatten2d": (lambda x: mb.flatten2d(x=x, axis=-1), (2, 3, 4)),
    "flatten2d default": (lambda x: mb.flatten2d(x=x), (2, 3, 4)),
    "pad": (lambda x: mb.pad(x=x, pad=[1, 2, 0, 3], constant_val=1.5), (2, 3, 4)),
    "pad reflect": (lambda x: mb.pad(x=x, pad=[1, 2, 3, 0], mode="reflect"), (2, 4, 5)),
    "pad replicate": (lambda x: mb.pad(x=x, pad=[1, 2, 3, 0, 2, 2], mode="replicate"), (2, 4, 5, 3)),
    "reshape zero": (lambda x: mb.reshape(x=x, shape=[0, -1]), (2, 3)),
    "reshape zero from the back": (lambda x: mb.reshape(x=x, shape=[1, 0, -1, 0]), (2, 50)),
    "reverse": (lambda x: mb.reverse(x=x, axes=[0, -1]), (2, 3, 4)),
    "reverse all": (lambda x: mb.reverse(x=x), (2, 3, 4)),
    "slice_by_index squeeze": (
        lambda x: mb.slice_by_index(
            x=x,
            begin=[1, 0, -2],
            end=[0, 2, 0],
            squeeze_mask=[True, False, True],
            end_mask=[False, True, False],
        ),
        (2, 3, 4),
    ),
    "slice_by_size": (lambda x: mb.slice_by_size(x=x, begin=[0, 1, -3], size=[2, -1, 2]), (2, 3, 4)),
    "slice_update": (
        lambda x: mb.slice_update(
            x=x,
            update=np.ones((1, 2, 2), np.float32),
            begin=[1, 0, 0],
            end=[2, 2, 4],
            stride=[1, 1, 2],
        ),
        (2, 3, 4),
    ),
    "squeeze": (lambda x: mb.squeeze(x=x, axes=[0, -2]), (1, 3, 1, 4)),
    "squeeze all": (lambda x: mb.squeeze(x=x), (1, 3, 1, 4)),
    "split even": (lambda x: mb.split(x=x, num_splits=3, axis=1), (2, 6)),
    "split sizes": (lambda x: mb.split(x=x, split_sizes=[1, 4, 1], axis=-1), (2, 6)),
    "stack": (lambda x: mb.stack(values=[x, mb.square(x=x)], axis=1), (2, 3)),
    "tile": (lambda x: mb.tile(x=x, reps=[2, 1, 3]), (2, 3, 2)),
    "transpose": (lambda x: mb.transpose(x=x, perm=[2, 0, 1]), (2, 3, 4)),
}


@pytest.mark.parametrize("name", INFERRED)
def test_layout_operators_are_what_coremltools_infers(name: str) -> None:
    build, shape = INFERRED[name]
    x = floats(*shape)
    for result, expected in zip(run(build, x), inferred(build, x), strict=True):
        np.testing.assert_array_equal(result, expected)


def test_layout_operators_move_integers_and_booleans_too() -> None:
    x = integers(2, 6)

    def build(x: Var) -> Var:
        positive = mb.greater(x=x, y=0)
        return mb.transpose(x=x, perm=[1, 0]), mb.reshape(x=positive, shape=[3, 4])

    transposed, reshaped = run(build, x)
    assert transposed.dtype == np.int32
    np.testing.assert_array_equal(transposed, x.T)
    np.testing.assert_array_equal(reshaped, (x > 0).reshape(3, 4))


def test_squeeze_leaves_axes_that_are_longer_than_one() -> None:
    x = floats(2, 1, 3)
    result = run(lambda x: mb.squeeze(x=x, axes=[0, 1]), x)[0]
    assert result.shape == (2, 3)


def test_interleaved_concat_takes_rows_in_turn() -> None:
    x, y = floats(3, 2, seed=1), floats(3, 2, seed=2)
    result = run(lambda x, y: mb.concat(values=[x, y], axis=0, interleave=True), x, y)[0]
    np.testing.assert_array_equal(result[0::2], x)
    np.testing.assert_array_equal(result[1::2], y)


def test_pixel_shuffle_is_pytorchs_and_unshuffle_undoes_it() -> None:
    x = floats(2, 18, 3, 4)
    shuffled = run(lambda x: mb.pixel_shuffle(x=x, upscale_factor=3), x)[0]
    np.testing.assert_array_equal(shuffled, torch.pixel_shuffle(torch.from_numpy(x), 3).numpy())
    back = run(lambda x: mb.pixel_unshuffle(x=x, downscale_factor=np.uint32(3)), shuffled)[0]
    np.testing.assert_array_equal(back, x)


def test_depth_to_space_puts_channels_fastest_and_space_to_depth_undoes_it() -> None:
    x = floats(2, 12, 3, 4)
    result = run(lambda x: mb.depth_to_space(x=x, block_size=2), x)[0]
    # TensorFlow's documentation: element (row, column) of a block is channel (row * 2 + column) * 3 + c.
    for channel, row, column in np.ndindex(3, 2, 2):
        np.testing.assert_array_equal(result[:, channel, row::2, column::2], x[:, (row * 2 + column) * 3 + channel])
    np.testing.assert_array_equal(run(lambda x: mb.space_to_depth(x=x, block_size=2), result)[0], x)


def test_space_to_batch_takes_strided_images_and_batch_to_space_undoes_it() -> None:
    x = floats(2, 3, 3, 5)
    paddings, shape = np.array([[1, 0], [0, 1]], np.int32), np.array([2, 3], np.int32)
    result = run(lambda x: mb.space_to_batch(x=x, block_shape=shape, paddings=paddings), x)[0]
    padded = np.pad(x, ((0, 0), (0, 0), (1, 0), (0, 1)))
    expected = [padded[:, :, row::2, column::3] for row in range(2) for column in range(3)]
    np.testing.assert_array_equal(result, np.concatenate(expected))
    back = run(lambda x: mb.batch_to_space(x=x, block_shape=shape, crops=paddings), result)[0]
    np.testing.assert_array_equal(back, x)


def test_crop_cuts_the_last_two_axes() -> None:
    x = floats(2, 3, 5, 6)
    result = run(lambda x: mb.crop(x=x, crop_height=[1, 2], crop_width=[0, 3]), x)[0]
    np.testing.assert_array_equal(result, x[:, :, 1:3, :3])


def test_reverse_sequence_flips_as_many_elements_as_each_row_says() -> None:
    x = floats(3, 4, 2)
    lengths = np.array([0, 2, 4], np.int32)
    result = run(lambda x: mb.reverse_sequence(x=x, lengths=lengths, seq_axis=1, batch_axis=0), x)[0]
    expected = np.stack([x[0], np.concatenate([x[1, :2][::-1], x[1, 2:]]), x[2, ::-1]])
    np.testing.assert_array_equal(result, expected)


def test_sliding_windows_lie_behind_their_axis() -> None:
    x = floats(2, 7, 3)
    result = run(lambda x: mb.sliding_windows(x=x, axis=1, size=3, stride=2), x)[0]
    expected = np.stack([x[:, start : start + 3] for start in (0, 2, 4)], axis=1)
    np.testing.assert_array_equal(result, expected)


def test_reshape_like_joins_sizes_of_other_tensors() -> None:
    x, first, second = floats(4, 45), floats(2, 3, 4), floats(1, 5, 6)

    def build(x: Var, first: Var, second: Var) -> Var:
        return mb.reshape_like(x=x, ref_tensors=[first, second], begins=[0, 1], ends=[2, 0], end_masks=[False, True])

    assert run(build, x, first, second)[0].shape == (2, 3, 5, 6)


def test_reshape_to_a_shape_that_the_program_computes() -> None:
    x, y = floats(4, 6), floats(3, 8)
    result = run(lambda x, y: mb.reshape(x=x, shape=mb.shape(x=y)), x, y, opset=ct.target.iOS15)[0]
    np.testing.assert_array_equal(result, x.reshape(3, 8))


GENERATED: dict[str, tuple[Build, np.ndarray]] = {
    "fill": (lambda x: mb.add(x=x, y=mb.fill(shape=[3], value=2.0)), np.array([2, 3, 4], np.float32)),
    "fill_like": (lambda x: mb.fill_like(ref_tensor=x, value=7), np.full(3, 7, np.int32)),
    "range_1d": (lambda x: mb.range_1d(start=1, end=8, step=3), np.array([1, 4, 7], np.int32)),
    "shape": (lambda x: mb.shape(x=x), np.array([3], np.int32)),
    "one_hot": (
        lambda x: mb.one_hot(indices=mb.cast(x=x, dtype="int32"), one_hot_vector_size=2, axis=0, on_value=5),
        np.array([[5, 0, 0], [0, 5, 0]], np.int32),
    ),
}


@pytest.mark.parametrize("name", GENERATED)
def test_tensors_from_sizes_and_values(name: str) -> None:
    build, expected = GENERATED[name]
    result = run(build, np.array([0, 1, 2], np.float32))[0]
    assert result.dtype == expected.dtype
    np.testing.assert_array_equal(result, expected)
