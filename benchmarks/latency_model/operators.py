"""Tracing in PyTorch how much each operator of a network computes and moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

aten = torch.ops.aten

_FREE = frozenset({aten.native_batch_norm, aten._native_batch_norm_legit_no_training, aten.cudnn_batch_norm})
"""Normalizations, which every exporter and runtime folds into the preceding convolution."""

_FUSED = frozenset(
    {
        *(aten.relu, aten.relu_, aten.hardtanh, aten.hardtanh_, aten.gelu, aten.silu, aten.silu_, aten.sigmoid),
        *(aten.hardswish, aten.hardswish_, aten.hardsigmoid, aten.hardsigmoid_, aten.tanh, aten.dropout),
    }
)
"""Activations, which are fused into the preceding operator."""

_NO_KERNEL = frozenset(
    {
        *(aten.empty, aten.zeros, aten.ones, aten.arange, aten.full, aten.scalar_tensor, aten.lift_fresh),
        *(aten.detach, aten.detach_, aten._to_copy, aten.sym_size, aten.alias, aten._unsafe_view),
    }
)
"""Operators that create constants or move no data."""


@dataclass(frozen=True)
class Operator:
    """The costs of one kernel.

    Attributes:
        multiply_adds: multiply-adds for one image.
        elements: number of elements read and written, including weights.
        weights: number of these elements that are parameters.
    """

    name: str
    multiply_adds: int
    elements: int
    weights: int


def trace_operators(network: nn.Module, size: tuple[int, int], device: str = "cpu") -> list[Operator]:
    """Return the kernels for one image of ``size`` (H, W), in order; on the device ``meta`` nothing is computed."""
    weights = {id(value) for value in (*network.parameters(), *network.buffers())}
    recorder = _Recorder(weights)
    with torch.no_grad(), recorder:
        network(torch.zeros(1, 3, *size, device=device))
    return recorder.operators


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]  # PyTorch's is not typed
    """Records each kernel while it is active; views and operators that are folded or fused are not kernels."""

    def __init__(self, weights: set[int]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operators: list[Operator] = []
        self._weights = weights

    def __torch_dispatch__(
        self,
        function: OpOverload,
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        out = function(*args, **(kwargs or {}))
        packet = function.overloadpacket
        if not (function.is_view or packet in _FREE or packet in _FUSED or packet in _NO_KERNEL):
            self.operators.append(self._note(packet, args, kwargs or {}, out))
        return out

    def _note(self, packet: Any, args: Any, kwargs: Any, out: Any) -> Operator:  # noqa: ANN401
        given = list(_tensors((args, kwargs)))
        count = flop_registry.get(packet)
        flops = count(*args, **kwargs, out_val=out) if count else 0
        own = sum(each.numel() for each in given if id(each) in self._weights)
        # In a matrix product the weights arrive as a transposed view, which has another identity.
        own += sum(each.numel() for each in given if each._base is not None and id(each._base) in self._weights)
        moved = sum(each.numel() for each in (*given, *_tensors(out)))
        return Operator(str(packet).removeprefix("aten."), int(flops) // 2, moved, own)


def _tensors(values: object) -> Iterator[Tensor]:
    leaves: Iterable[object] = tree_leaves(values)
    return (each for each in leaves if isinstance(each, Tensor))
