"""Sampling an image at computed coordinates."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from cloformer.runtimes.coreml.executor.arguments import flag, integer, number

from .signatures import Operator

_TORCH_PADDING = {
    "constant": "zeros",
    "border": "border",
    "reflection": "reflection",
    "symmetric": "reflection",
}


def resample(
    x: Tensor,
    coordinates: Tensor,
    *,
    sampling_mode: str,
    padding_mode: str,
    padding_value: Tensor,
    coordinates_mode: str,
    align_corners: Tensor,
) -> Tensor:
    """Sample (N, C, H, W) at coordinates (N, H_out, W_out, 2), in the order x, y."""
    size = torch.tensor([x.shape[-1], x.shape[-2]])
    pixels = _to_pixels(coordinates.to(x.dtype), size, coordinates_mode, flag(align_corners))
    # When torch aligns corners, it reflects about pixel centers, as MIL's "reflection" does; otherwise about edges.
    aligned = padding_mode != "symmetric"
    grid = 2 * pixels / (size - 1).clamp(min=1) - 1 if aligned else (2 * pixels + 1) / size - 1
    outside = number(padding_value) if padding_mode == "constant" else 0.0
    sampled = functional.grid_sample(
        x - outside,
        grid,
        mode=sampling_mode,
        padding_mode=_TORCH_PADDING[padding_mode],
        align_corners=aligned,
    )
    return sampled + outside


def _to_pixels(coordinates: Tensor, size: Tensor, mode: str, aligned: bool) -> Tensor:
    """Convert coordinates to pixels, where the center of the first pixel is 0."""
    if mode == "unnormalized":
        return coordinates
    fraction = (coordinates + 1) / 2 if mode == "normalized_minus_one_to_one" else coordinates
    return fraction * (size - 1) if aligned else fraction * size - 0.5


def affine(  # noqa: PLR0913 - MIL's parameters
    x: Tensor,
    transform_matrix: Tensor,
    *,
    output_height: Tensor,
    output_width: Tensor,
    sampling_mode: str,
    padding_mode: str,
    padding_value: Tensor,
    coordinates_mode: str,
    align_corners: Tensor,
) -> Tensor:
    """Sample (N, C, H, W) on a grid transformed by [a0, a1, a2, b0, b1, b2], one for all images or one per image."""
    matrices = transform_matrix.reshape(-1, 2, 3).expand(x.shape[0], 2, 3)
    size = [x.shape[0], x.shape[1], integer(output_height), integer(output_width)]
    grid = functional.affine_grid(matrices, size, align_corners=flag(align_corners))
    return resample(
        x,
        grid,
        sampling_mode=sampling_mode,
        padding_mode=padding_mode,
        padding_value=padding_value,
        coordinates_mode=coordinates_mode,
        align_corners=align_corners,
    )


OPERATORS: dict[str, Operator] = {"affine": affine, "resample": resample}
