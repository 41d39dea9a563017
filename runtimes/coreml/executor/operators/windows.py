"""Where the windows of convolutions and pooling lie: MIL's ``pad_type`` rules, for any rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Padding:
    """Elements added to each spatial dimension, one integer a dimension.

    Attributes:
        before: added in front.
        after: added behind.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def is_symmetric(self) -> bool:
        """Whether each dimension has the same on both sides."""
        return self.before == self.after


def effective_kernel(kernel: Sequence[int], dilation: Sequence[int]) -> list[int]:
    """The extent that a dilated kernel covers."""
    return [(size - 1) * step + 1 for size, step in zip(kernel, dilation, strict=True)]


def resolve_padding(
    pad_type: str, pad: Sequence[int], size: Sequence[int], kernel: Sequence[int], stride: Sequence[int]
) -> Padding:
    """The padding that ``pad_type`` stands for.

    Args:
        pad_type: ``valid``, ``custom``, ``same`` (an odd element goes behind) or ``same_lower`` (in front).
        pad: for ``custom``: before and after the first dimension, then the second, and so on.
        size: spatial input size.
        kernel: effective kernel size.
        stride: step of the window.

    Raises:
        ValueError: an unknown ``pad_type``.
    """
    if pad_type == "valid":
        return Padding((0,) * len(size), (0,) * len(size))
    if pad_type == "custom":
        return Padding(tuple(pad[::2]), tuple(pad[1::2]))
    if pad_type not in ("same", "same_lower"):
        raise ValueError(f"unknown pad_type {pad_type!r}")
    # The output is to have ceil(size / stride) elements.
    totals = [
        max(0, -(-length // step) * step - length + window - step)
        for length, window, step in zip(size, kernel, stride, strict=True)
    ]
    halves = tuple(total // 2 for total in totals)
    rests = tuple(total - half for total, half in zip(totals, halves, strict=True))
    return Padding(halves, rests) if pad_type == "same" else Padding(rests, halves)


def extend_for_ceil_mode(
    padding: Padding, size: Sequence[int], kernel: Sequence[int], stride: Sequence[int]
) -> Padding:
    """Padding with what ``ceil_mode`` adds behind, so that a last, partial window fits.

    A window that would start in the padding behind the input is left out.
    """
    after = []
    for length, window, step, front, back in zip(size, kernel, stride, padding.before, padding.after, strict=True):
        count = -(-(length + front + back - window) // step) + 1
        if (count - 1) * step >= length + front and front + back > 0:
            count -= 1
        after.append(max(back, (count - 1) * step + window - length - front))
    return Padding(padding.before, tuple(after))


def pad_spatial(x: Tensor, padding: Padding, value: float) -> Tensor:
    """Add ``value`` around the spatial dimensions of (N, C, spatial...)."""
    pairs = list(zip(padding.before, padding.after, strict=True))
    return functional.pad(x, [amount for pair in reversed(pairs) for amount in pair], value=value)
