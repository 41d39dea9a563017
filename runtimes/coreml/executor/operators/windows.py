"""The positions of the windows of convolutions and pooling: MIL's ``pad_type`` rules, for any rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Padding:
    """The numbers of elements added to each spatial dimension, one integer per dimension.

    Attributes:
        before: the numbers of elements added at the start.
        after: the numbers of elements added at the end.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def is_symmetric(self) -> bool:
        """Whether each dimension is padded equally at its start and end."""
        return self.before == self.after


def effective_kernel(kernel: Sequence[int], dilation: Sequence[int]) -> list[int]:
    """Return the extent that a dilated kernel covers."""
    return [(size - 1) * step + 1 for size, step in zip(kernel, dilation, strict=True)]


def resolve_padding(
    pad_type: str, pad: Sequence[int], size: Sequence[int], kernel: Sequence[int], stride: Sequence[int]
) -> Padding:
    """Return the padding that ``pad_type`` stands for.

    Args:
        pad_type: the rule: ``valid``, ``custom``, ``same`` (an odd element is added at the end) or ``same_lower`` (at
            the start).
        pad: the padding for ``custom``: before and after the first dimension, then the second, and so on.
        size: the spatial input size.
        kernel: the effective kernel size.
        stride: the step of the window.

    Raises:
        ValueError: ``pad_type`` is unknown.
    """
    if pad_type == "valid":
        return Padding((0,) * len(size), (0,) * len(size))
    if pad_type == "custom":
        return Padding(tuple(pad[::2]), tuple(pad[1::2]))
    if pad_type not in ("same", "same_lower"):
        raise ValueError(f"unknown pad_type {pad_type!r}")
    # The output should have ceil(size / stride) elements.
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
    """Return the padding plus what ``ceil_mode`` adds at the end, so that a last, partial window fits.

    A window that would start in the padding after the input is left out.
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
