"""Switching off what makes lowering to ExecuTorch take several times as long as it needs.

The program that comes out is the same, byte for byte. docs/export-time.md says what it saves.

It waits for github.com/pytorch/pytorch/pull/193051, which no longer copies histories, and for XNNPACK's passes to
skip graphs without their operators, as github.com/pytorch/executorch/pull/21138 does for another backend.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from unittest.mock import patch

from executorch.backends.xnnpack import _passes
from torch import fx
from torch.fx import traceback as fx_traceback

_MOST_JOINED = 5
"""The most maps that XNNPACK concatenates at once."""


def _has(*operators: str) -> Callable[[fx.Graph], bool]:
    """Return a function that says whether a graph has an operator with one of these in its name."""

    def look(graph: fx.Graph) -> bool:
        return any(name in _name(node) for node in _calls(graph) for name in operators)

    return look


def _calls(graph: fx.Graph) -> Iterator[fx.Node]:
    return (node for node in graph.nodes if node.op == "call_function")


def _name(node: fx.Node) -> str:
    return str(getattr(node.target, "__name__", node.target))


def _joins_many(graph: fx.Graph) -> bool:
    joins = (node for node in _calls(graph) if "aten.cat" in _name(node))
    return any(len(node.all_input_nodes) > _MOST_JOINED for node in joins)


def _convolves_rows(graph: fx.Graph) -> bool:
    convolutions = (node for node in _calls(graph) if "aten.convolution" in _name(node))
    return any(node.meta["val"].dim() == 3 for node in convolutions)


def _computes_constants(graph: fx.Graph) -> bool:
    return any(all(each.op == "get_attr" for each in node.all_input_nodes) for node in _calls(graph))


def _has_custom_metadata(graph: fx.Graph) -> bool:
    return any("custom" in node.meta for node in graph.nodes)


HAS_WORK: Mapping[str, Callable[[fx.Graph], bool]] = MappingProxyType(
    {
        "DimOrderOpsRevertPass": _has("dim_order"),
        "ConvertToUpsampleBilinear2d": _has("upsample", "index", "arange"),
        "PropagateCustomMetaPass": _has_custom_metadata,
        "ConvertToSDPAPass": _has("mul.Scalar"),  # it takes the scale of the attention from there
        "ConstPropPass": _computes_constants,
        "FuseBatchNormPass": _has("batch_norm"),
        "DecomposeBatchNorm": _has("batch_norm"),
        "FuseActivationPass": _has("relu", "hardtanh"),
        "DecomposeConcatenate": _joins_many,
        "RemoveGetItemPass": _has("max_pool2d_with_indices", "max.dim"),
        "Conv1dUnsqueezePass": _convolves_rows,
        "PReLUReshapePass": _has("prelu"),
    }
)
"""Whether a graph has what an XNNPACK pass looks for, by pass. Without it, the pass only retraces the whole graph."""


class _SharedHistory(fx_traceback.NodeSource):
    """A node's provenance that refers to its predecessor's history instead of deep-copying it.

    Some 60 passes over the graph each add a step to every node's history and copy all steps before it.
    """

    def __init__(
        self,
        node: fx.Node | None,
        pass_name: str = "",
        action: fx_traceback.NodeSourceAction | list[fx_traceback.NodeSourceAction] | None = None,
    ) -> None:
        super().__init__(None, pass_name, action)
        if node is not None:
            self.node_info = self.NodeInfo(name=node.name, target=str(node.target), graph_id=id(node.graph))
            self.from_node = node.meta.get("from_node", [])


@contextmanager
def fast_lowering() -> Iterator[None]:
    """Lower without idle passes, copied histories and garbage collection until the context closes.

    The collector otherwise walks millions of live graph objects again and again and frees next to nothing: without
    it the peak memory of the process grows by 0.2 GB.
    """
    run_pass = _passes._transform

    def run_if_it_has_work(program: object, each: object) -> object:
        has_work = HAS_WORK.get(type(each).__name__)
        if has_work is not None and not has_work(program.graph_module.graph):  # type: ignore[attr-defined]
            return program
        return run_pass(program, each)

    with (
        patch.object(_passes, "_transform", run_if_it_has_work),
        patch.object(fx_traceback, "NodeSource", _SharedHistory),
        _no_garbage_collection(),
    ):
        yield


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
            gc.collect()
