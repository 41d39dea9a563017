"""Lowering with the short cuts gives the same bytes as lowering without, and leaves nothing changed behind."""

from __future__ import annotations

import gc
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import pytest
import torch
from executorch.backends.xnnpack import _passes
from executorch.backends.xnnpack._passes import XNNPACKPassManager
from executorch.exir import to_edge_transform_and_lower
from torch.fx import traceback as fx_traceback

from cloformer.export.forms import apply_form
from cloformer.export.graph.deploy_module import DeployModule
from cloformer.export.quantization.quantize import quantize
from cloformer.export.request.registry import TARGETS
from cloformer.export.targets.executorch.delegates import make_partitioner
from cloformer.export.targets.executorch.fast_lowering import HAS_WORK, fast_lowering
from cloformer.model import CloFormer, preprocessing_for


def in_8_bits(model: CloFormer) -> torch.fx.GraphModule:
    images = np.random.default_rng(0).random((2, 3, 32, 32), dtype=np.float32)
    module = DeployModule(apply_form(model, "xnnpack"), preprocessing_for(32, 32)).eval()
    return quantize(module, np.split(images, 2), TARGETS["executorch"].int8_kernels)


def lower(module: torch.nn.Module, context: AbstractContextManager[None]) -> bytes:
    exported = torch.export.export(module, (torch.zeros(1, 3, 32, 32),))
    with context:
        edge = to_edge_transform_and_lower(exported, partitioner=[make_partitioner("xnnpack", "fp32")])
    program: bytes = edge.to_executorch().buffer
    return program


@pytest.mark.parametrize(
    "what",
    [
        "mobile form",
        pytest.param("plain graph", marks=pytest.mark.nightly),
        pytest.param("int8", marks=pytest.mark.nightly),
    ],
)
def test_the_program_is_the_same_byte_for_byte(what: str, shallow: CloFormer) -> None:
    """The plain graph has batch normalizations, which are work for the passes that the mobile form does not need."""
    modules = {"mobile form": lambda: apply_form(shallow, "xnnpack"), "plain graph": shallow.eval}
    module = modules[what]() if what in modules else in_8_bits(shallow)
    assert lower(module, fast_lowering()) == lower(module, nullcontext())


def test_what_has_work_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    exported = torch.export.export(
        torch.nn.Sequential(torch.nn.Conv2d(3, 4, 1), torch.nn.BatchNorm2d(4), torch.nn.ReLU()).eval(),
        (torch.zeros(1, 3, 4, 4),),
    )
    edge = to_edge_transform_and_lower(exported).exported_program()
    ran: list[str] = []
    monkeypatch.setattr(_passes, "_transform", lambda program, each: ran.append(type(each).__name__) or program)
    with fast_lowering():
        XNNPACKPassManager(edge).transform()
    assert {"FuseBatchNormPass", "DecomposeBatchNorm", "FuseActivationPass", "ChannelsLastTaggedReshapePass"} <= set(
        ran
    )
    assert set(ran).isdisjoint({"ConvertToSDPAPass", "DecomposeConcatenate", "RemoveGetItemPass", "PReLUReshapePass"})


def test_everything_is_restored_after_a_failure() -> None:
    before = (_passes._transform, fx_traceback.NodeSource, gc.isenabled())
    with pytest.raises(KeyboardInterrupt), fast_lowering():
        assert not gc.isenabled()
        raise KeyboardInterrupt
    assert (_passes._transform, fx_traceback.NodeSource, gc.isenabled()) == before


def test_pytorch_still_copies_histories() -> None:
    """When this fails, ``_SharedHistory`` has nothing left to do."""
    graph = torch.fx.Graph()
    first, second = graph.placeholder("first"), graph.placeholder("second")
    earlier = [fx_traceback.NodeSource(first)]
    second.meta["from_node"] = earlier
    (copied,) = fx_traceback.NodeSource(second).from_node
    assert copied is not earlier[0]


def test_xnnpack_still_runs_every_pass_over_every_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    """When this fails, the passes without work need not be taken out."""
    exported = torch.export.export(torch.nn.ReLU(), (torch.zeros(1, 3, 4, 4),))
    ran: list[str] = []
    monkeypatch.setattr(_passes, "_transform", lambda program, each: ran.append(type(each).__name__) or program)
    XNNPACKPassManager(exported).transform()
    assert set(ran) >= set(HAS_WORK)
