"""Operators that slice, repeat, flip or pad a tensor."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from cloformer.runtimes.coreml.executor.arguments import flags, integer, ints

from .signatures import Operator

_NUMPY_PAD_MODE = {"reflect": "reflect", "replicate": "edge"}


def slice_by_index(
    x: Tensor,
    begin: Tensor,
    end: Tensor,
    *,
    stride: Tensor | None = None,
    begin_mask: Tensor | None = None,
    end_mask: Tensor | None = None,
    squeeze_mask: Tensor | None = None,
) -> Tensor:
    """Return ``x[begin:end:stride]`` on each axis, as in numpy.

    A mask replaces ``begin`` or ``end`` by the axis' own limit; a squeezed axis is indexed with ``begin``.
    """
    rank = x.dim()
    squeezed = flags(squeeze_mask, rank)
    chosen = _slices(x, begin, end, stride=stride, begin_mask=begin_mask, end_mask=end_mask, squeezed=squeezed)
    for axis, indices in enumerate(chosen):
        x = _take(x, axis, indices)
    return x.squeeze([axis for axis in range(rank) if squeezed[axis]])


def slice_update(
    x: Tensor,
    update: Tensor,
    begin: Tensor,
    end: Tensor,
    *,
    stride: Tensor | None = None,
    begin_mask: Tensor | None = None,
    end_mask: Tensor | None = None,
    squeeze_mask: Tensor | None = None,
) -> Tensor:
    """Return x with the slice that ``slice_by_index`` would return replaced by ``update``."""
    places = torch.arange(x.numel()).reshape(x.shape)
    places = slice_by_index(
        places,
        begin,
        end,
        stride=stride,
        begin_mask=begin_mask,
        end_mask=end_mask,
        squeeze_mask=squeeze_mask,
    )
    out = x.flatten().clone()
    out[places.flatten()] = update.flatten()
    return out.reshape(x.shape)


def slice_by_size(x: Tensor, begin: Tensor, size: Tensor) -> Tensor:
    """Return ``size`` elements of each axis starting at ``begin``; a size of -1 means all that follow."""
    for axis, (first, count) in enumerate(zip(ints(begin), ints(size), strict=True)):
        start = first + x.shape[axis] if first < 0 else first
        x = x.narrow(axis, start, x.shape[axis] - start if count == -1 else count)
    return x


def crop(x: Tensor, crop_height: Tensor, crop_width: Tensor) -> Tensor:
    """Remove the given numbers of elements at the start and the end of the last two axes."""
    (top, bottom), (left, right) = ints(crop_height), ints(crop_width)
    return x[..., top : x.shape[-2] - bottom, left : x.shape[-1] - right]


def pad(x: Tensor, pad: Tensor, mode: str = "constant", constant_val: Tensor | None = None) -> Tensor:
    """Add elements before and after each of the last axes: a constant, a reflection or copies of the edge."""
    pairs = pad.reshape(-1, 2).tolist()
    if mode == "constant":
        value = 0 if constant_val is None else constant_val.item()
        spread = [amount for pair in reversed(pairs) for amount in pair]
        return torch.nn.functional.pad(x, spread, value=value)
    for axis, (before, after) in enumerate(pairs, start=x.dim() - len(pairs)):
        source = np.pad(np.arange(x.shape[axis]), (before, after), mode=_NUMPY_PAD_MODE[mode])  # type: ignore[call-overload]
        x = x.index_select(axis, torch.from_numpy(source))
    return x


def reverse(x: Tensor, axes: Tensor | None = None) -> Tensor:
    """Flip the given axes (default: all)."""
    return x.flip(list(range(x.dim())) if axes is None else ints(axes))


def reverse_sequence(
    x: Tensor, lengths: Tensor, seq_axis: Tensor | None = None, batch_axis: Tensor | None = None
) -> Tensor:
    """Flip the first ``lengths[i]`` elements of the sequence axis in the i-th slice of the batch axis."""
    sequence, batch = (0 if axis is None else integer(axis) % x.dim() for axis in (seq_axis, batch_axis))
    rows = x.movedim((batch, sequence), (0, 1))
    flipped = [torch.cat([row[:length].flip(0), row[length:]]) for row, length in zip(rows, ints(lengths), strict=True)]
    return torch.stack(flipped).movedim((0, 1), (batch, sequence))


def sliding_windows(x: Tensor, axis: Tensor, size: Tensor, stride: Tensor | None = None) -> Tensor:
    """Return all windows along an axis, with their elements on a new axis after it."""
    dim = integer(axis) % x.dim()
    return x.unfold(dim, integer(size), 1 if stride is None else integer(stride)).movedim(-1, dim + 1)


def tile(x: Tensor, reps: Tensor) -> Tensor:
    """Repeat the tensor along each axis."""
    return x.tile(ints(reps))


def band_part(x: Tensor, lower: Tensor | None = None, upper: Tensor | None = None) -> Tensor:
    """Keep a band around the diagonal of the last two axes; a negative bound keeps that whole side."""
    below = -1 if lower is None else integer(lower)
    above = -1 if upper is None else integer(upper)
    distance = torch.arange(x.shape[-2])[:, None] - torch.arange(x.shape[-1])
    keep = torch.ones_like(distance, dtype=torch.bool)
    if below >= 0:
        keep &= distance <= below
    if above >= 0:
        keep &= -distance <= above
    return torch.where(keep, x, torch.zeros((), dtype=x.dtype))


def _slices(
    x: Tensor,
    begin: Tensor,
    end: Tensor,
    *,
    stride: Tensor | None,
    begin_mask: Tensor | None,
    end_mask: Tensor | None,
    squeezed: list[bool],
) -> list[range]:
    """Return the selected indices of each axis."""
    rank = x.dim()
    starts, stops = ints(begin), ints(end)
    steps = [1] * rank if stride is None else ints(stride)
    from_edge, to_edge = flags(begin_mask, rank), flags(end_mask, rank)
    chosen = []
    for axis, size in enumerate(x.shape):
        start = None if from_edge[axis] else starts[axis]
        stop = None if to_edge[axis] else stops[axis]
        indices = range(size)[start : None if squeezed[axis] else stop : steps[axis]]
        chosen.append(indices[:1] if squeezed[axis] else indices)
    return chosen


def _take(x: Tensor, axis: int, indices: range) -> Tensor:
    """Select indices of an axis, as a view if the step is positive: torch has no other views."""
    if indices == range(x.shape[axis]):
        return x
    if indices.step > 0:
        return x[(slice(None),) * axis + (slice(indices.start, indices.stop, indices.step),)]
    return x.index_select(axis, torch.tensor(list(indices)))


OPERATORS: dict[str, Operator] = {
    "band_part": band_part,
    "crop": crop,
    "pad": pad,
    "reverse": reverse,
    "reverse_sequence": reverse_sequence,
    "slice_by_index": slice_by_index,
    "slice_by_size": slice_by_size,
    "slice_update": slice_update,
    "sliding_windows": sliding_windows,
    "tile": tile,
}
