"""Convolutions and transposed convolutions in 1, 2 and 3 dimensions."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional

from cloformer.runtimes.coreml.executor.accumulation import Accumulator, Convolution
from cloformer.runtimes.coreml.executor.arguments import along_channels, integer, ints

from .signatures import Operator
from .windows import effective_kernel, pad_spatial, resolve_padding

_TRANSPOSED: dict[int, Callable[..., Tensor]] = {
    1: functional.conv_transpose1d,
    2: functional.conv_transpose2d,
    3: functional.conv_transpose3d,
}


def conv(  # noqa: PLR0913 - MIL's parameters
    accumulator: Accumulator,
    x: Tensor,
    weight: Tensor,
    *,
    bias: Tensor | None = None,
    strides: Tensor | None = None,
    pad_type: str = "valid",
    pad: Tensor | None = None,
    dilations: Tensor | None = None,
    groups: Tensor | None = None,
) -> Tensor:
    """Convolve (N, C_in, spatial...) with (C_out, C_in / groups, kernel...), padding with zeros."""
    rank = x.dim() - 2
    stride = [1] * rank if strides is None else ints(strides)
    dilation = [1] * rank if dilations is None else ints(dilations)
    kernel = effective_kernel(weight.shape[2:], dilation)
    padding = resolve_padding(pad_type, [0] * (2 * rank) if pad is None else ints(pad), x.shape[2:], kernel, stride)
    if not padding.is_symmetric:
        x = pad_spatial(x, padding, 0.0)
    parameters = Convolution(
        stride=stride,
        padding=padding.before if padding.is_symmetric else (0,) * rank,
        dilation=dilation,
        groups=1 if groups is None else integer(groups),
    )
    out = accumulator.convolve(x, weight, parameters)
    return out if bias is None else out + along_channels(bias, out.dim())


def conv_transpose(  # noqa: PLR0913 - MIL's parameters
    x: Tensor,
    weight: Tensor,
    *,
    bias: Tensor | None = None,
    pad: Tensor | None = None,
    output_shape: Tensor | None = None,
    pad_type: str = "valid",
    strides: Tensor | None = None,
    dilations: Tensor | None = None,
    groups: Tensor | None = None,
) -> Tensor:
    """Apply a transposed convolution with weight (C_in, C_out / groups, kernel...), then cut ``pad`` off the result.

    If ``output_shape`` is given, the result is cut or extended to it at the end; ``same`` yields size * stride.
    """
    rank = x.dim() - 2
    stride = [1] * rank if strides is None else ints(strides)
    dilation = [1] * rank if dilations is None else ints(dilations)
    transposed = _TRANSPOSED[rank]
    full = transposed(
        x, weight, bias, stride, 0, 0, 1 if groups is None else integer(groups), dilation
    )  # conv_transpose expects groups before dilation
    cut = ints(pad) if pad is not None and pad_type == "custom" else [0] * (2 * rank)
    front = cut[::2]
    if output_shape is not None:
        target = ints(output_shape)[2:]
    elif pad_type == "same":
        target = [size * step for size, step in zip(x.shape[2:], stride, strict=True)]
    else:
        target = [size - cut[2 * i] - cut[2 * i + 1] for i, size in enumerate(full.shape[2:])]
    if pad_type == "same":
        front = [max(0, size - wanted) // 2 for size, wanted in zip(full.shape[2:], target, strict=True)]
    return _crop_or_extend(full, front, target, bias)


def _crop_or_extend(full: Tensor, front: list[int], target: list[int], bias: Tensor | None) -> Tensor:
    """Return ``target`` elements starting at ``front``; beyond the result there is only the bias."""
    out = full
    for axis, (start, size) in enumerate(zip(front, target, strict=True), start=2):
        out = out.narrow(axis, start, min(size, out.shape[axis] - start))
    missing = [size - have for size, have in zip(target, out.shape[2:], strict=True)]
    if not any(missing):
        return out
    spread = [amount for extra in reversed(missing) for amount in (0, extra)]
    if bias is None:
        return functional.pad(out, spread)
    shift = along_channels(bias, out.dim())
    return functional.pad(out - shift, spread) + shift


OPERATORS: dict[str, Operator] = {"conv_transpose": conv_transpose}

ACCUMULATING: dict[str, Operator] = {"conv": conv}
