"""Operators that change the shape or the order of a tensor's elements."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from cloformer.runtimes.coreml.executor.arguments import flag, integer, ints, positive_axes

from .signatures import Operator


def concat(values: tuple[Tensor, ...], axis: Tensor, interleave: Tensor | None = None) -> Tensor:
    """Join tensors along an axis, or interleave them: all first rows, then all second rows; scalars become a vector."""
    if values[0].dim() == 0:
        return torch.stack(values)
    dim = integer(axis) % values[0].dim()
    if interleave is not None and flag(interleave):
        return torch.stack(values, dim=dim + 1).flatten(dim, dim + 1)
    return torch.cat(values, dim=dim)


def expand_dims(x: Tensor, axes: Tensor) -> Tensor:
    """Insert axes of size 1 at the given positions of the result."""
    for axis in sorted(positive_axes(ints(axes), x.dim() + axes.numel())):
        x = x.unsqueeze(axis)
    return x


def flatten2d(x: Tensor, axis: Tensor | None = None) -> Tensor:
    """Flatten the axes before the given one (default: 1), and those from it on, to a matrix."""
    dim = 1 if axis is None else integer(axis)
    return x.reshape(math.prod(x.shape[:dim]), math.prod(x.shape[dim:]))


def reshape(x: Tensor, shape: Tensor) -> Tensor:
    """Reshape x; 0 means x's size at that axis, counted from the back, or 1 beyond x's rank; -1 means the rest.

    iOS 15 and 16 require equal ranks for a 0, in which case counting from the front is the same.
    """
    sizes = ints(shape)
    for from_back, size in enumerate(reversed(sizes), start=1):
        if size == 0:
            sizes[-from_back] = x.shape[-from_back] if from_back <= x.dim() else 1
    return x.reshape(sizes)


def reshape_like(
    x: Tensor,
    ref_tensors: tuple[Tensor, ...],
    begins: tuple[Tensor, ...],
    ends: tuple[Tensor, ...],
    end_masks: tuple[Tensor, ...],
) -> Tensor:
    """Reshape to the joined sizes of the reference tensors between ``begins`` and ``ends``."""
    sizes: list[int] = []
    for reference, begin, end, to_the_end in zip(ref_tensors, begins, ends, end_masks, strict=True):
        sizes += reference.shape[integer(begin) : None if flag(to_the_end) else integer(end)]
    return x.reshape(sizes)


def split(
    x: Tensor, axis: Tensor, num_splits: Tensor | None = None, split_sizes: Tensor | None = None
) -> tuple[Tensor, ...]:
    """Split along an axis into ``split_sizes``, or into ``num_splits`` equal parts."""
    dim = integer(axis)
    if split_sizes is not None:
        return torch.split(x, ints(split_sizes), dim)
    if num_splits is None:
        raise ValueError("neither num_splits nor split_sizes is given")
    return torch.split(x, x.shape[dim] // integer(num_splits), dim)


def squeeze(x: Tensor, axes: Tensor | None = None) -> Tensor:
    """Remove the given axes (default: all) if their size is 1."""
    return x.squeeze() if axes is None else x.squeeze(ints(axes))


def stack(values: tuple[Tensor, ...], axis: Tensor) -> Tensor:
    """Join tensors along a new axis."""
    return torch.stack(values, dim=integer(axis))


def transpose(x: Tensor, perm: Tensor) -> Tensor:
    """Permute the axes."""
    return x.permute(ints(perm))


def pixel_shuffle(x: Tensor, upscale_factor: Tensor) -> Tensor:
    """Map (N, C f f, H, W) to (N, C, H f, W f); the channel varies slowest, as in PyTorch."""
    f = integer(upscale_factor)
    n, c, h, w = x.shape
    return x.reshape(n, c // (f * f), f, f, h, w).permute(0, 1, 4, 2, 5, 3).reshape(n, c // (f * f), h * f, w * f)


def pixel_unshuffle(x: Tensor, downscale_factor: Tensor) -> Tensor:
    """Invert ``pixel_shuffle``."""
    f = integer(downscale_factor)
    n, c, h, w = x.shape
    return x.reshape(n, c, h // f, f, w // f, f).permute(0, 1, 3, 5, 2, 4).reshape(n, c * f * f, h // f, w // f)


def depth_to_space(x: Tensor, block_size: Tensor) -> Tensor:
    """Map (N, C b b, H, W) to (N, C, H b, W b); the channel varies fastest, as in TensorFlow."""
    b = integer(block_size)
    n, c, h, w = x.shape
    return x.reshape(n, b, b, c // (b * b), h, w).permute(0, 3, 4, 1, 5, 2).reshape(n, c // (b * b), h * b, w * b)


def space_to_depth(x: Tensor, block_size: Tensor) -> Tensor:
    """Invert ``depth_to_space``."""
    b = integer(block_size)
    n, c, h, w = x.shape
    return x.reshape(n, c, h // b, b, w // b, b).permute(0, 3, 5, 1, 2, 4).reshape(n, c * b * b, h // b, w // b)


def space_to_batch(x: Tensor, block_shape: Tensor, paddings: Tensor) -> Tensor:
    """Pad (N, C, H, W) with zeros, then move each element's position within its block to the front of N."""
    (top, bottom), (left, right) = paddings.tolist()
    x = torch.nn.functional.pad(x, (left, right, top, bottom))
    (bh, bw), (n, c, h, w) = ints(block_shape), x.shape
    return x.reshape(n, c, h // bh, bh, w // bw, bw).permute(3, 5, 0, 1, 2, 4).reshape(-1, c, h // bh, w // bw)


def batch_to_space(x: Tensor, block_shape: Tensor, crops: Tensor) -> Tensor:
    """Invert ``space_to_batch``; the crops remove the padding."""
    (bh, bw), (n, c, h, w) = ints(block_shape), x.shape
    (top, bottom), (left, right) = crops.tolist()
    blocks = x.reshape(bh, bw, n // (bh * bw), c, h, w).permute(2, 3, 4, 0, 5, 1)
    full = blocks.reshape(n // (bh * bw), c, h * bh, w * bw)
    return full[:, :, top : h * bh - bottom, left : w * bw - right]


OPERATORS: dict[str, Operator] = {
    "batch_to_space": batch_to_space,
    "concat": concat,
    "depth_to_space": depth_to_space,
    "expand_dims": expand_dims,
    "flatten2d": flatten2d,
    "pixel_shuffle": pixel_shuffle,
    "pixel_unshuffle": pixel_unshuffle,
    "reshape": reshape,
    "reshape_like": reshape_like,
    "space_to_batch": space_to_batch,
    "space_to_depth": space_to_depth,
    "split": split,
    "squeeze": squeeze,
    "stack": stack,
    "transpose": transpose,
}
