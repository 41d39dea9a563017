"""Switching off three things that make lowering to ExecuTorch take twice as long as it needs.

XXS in the mobile form on a 2-core x86-64 machine, CPU seconds in one series: 56 as it comes, 45 without the collector,
42 without the copied histories, 28 without any of the three. The program that comes out is the same, byte for byte.

It waits for github.com/pytorch/pytorch/pull/193051, which no longer copies histories, and for XNNPACK's passes to
skip graphs without their operators, as github.com/pytorch/executorch/pull/21138 does for another backend.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from executorch.backends.xnnpack._passes import XNNPACKPassManager
from torch.fx import Node
from torch.fx import traceback as fx_traceback

_UPSAMPLING = "ConvertToUpsampleBilinear2d"

PASSES_WITHOUT_WORK = frozenset(
    {
        "ConvertToSDPAPass",
        "FuseBatchNormPass",
        "DecomposeBatchNorm",
        "InsertPadQDQPass",
        "Conv1dUnsqueezePass",
        "PReLUReshapePass",
    }
)
"""XNNPACK passes that find nothing in the mobile form, but retrace the whole graph nevertheless.

The form has none of their operators; its padding in 8 bits is quantized explicitly.
"""


class _SharedHistory(fx_traceback.NodeSource):
    """A node's provenance that refers to its predecessor's history instead of deep-copying it.

    Some 60 passes over the graph each add a step to every node's history and copy all steps before it.
    """

    def __init__(
        self,
        node: Node | None,
        pass_name: str = "",
        action: fx_traceback.NodeSourceAction | list[fx_traceback.NodeSourceAction] | None = None,
    ) -> None:
        super().__init__(None, pass_name, action)
        if node is not None:
            self.node_info = self.NodeInfo(name=node.name, target=str(node.target), graph_id=id(node.graph))
            self.from_node = node.meta.get("from_node", [])


@contextmanager
def fast_lowering(*, upsamples: bool = False) -> Iterator[None]:
    """Lower without idle passes, copied histories and garbage collection until the context closes.

    ``upsamples`` keeps the pass for the upsampling of dense heads, which classifiers do not have.

    The collector otherwise walks millions of live graph objects again and again and frees next to nothing: without
    it the peak memory of the process grows by 0.2 GB.
    """
    transform = XNNPACKPassManager.transform
    idle = PASSES_WITHOUT_WORK if upsamples else PASSES_WITHOUT_WORK | {_UPSAMPLING}

    def transform_with_work(manager: XNNPACKPassManager) -> object:
        manager.passes = [each for each in manager.passes if each.__name__ not in idle]
        return transform(manager)

    with (
        patch.object(XNNPACKPassManager, "transform", transform_with_work),
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
