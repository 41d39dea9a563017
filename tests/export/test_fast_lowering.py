"""Lowering with the short cuts gives the same bytes as lowering without, and leaves nothing changed behind."""

from __future__ import annotations

import gc
from contextlib import AbstractContextManager, nullcontext

import pytest
import torch
from executorch.backends.xnnpack._passes import XNNPACKPassManager
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from torch.fx import traceback as fx_traceback

from cloformer.export.fast_lowering import fast_lowering
from cloformer.export.rewrite import apply_form
from cloformer.model import CloFormer


def lower(model: CloFormer, context: AbstractContextManager[None]) -> bytes:
    exported = torch.export.export(apply_form(model, "xnnpack"), (torch.zeros(1, 3, 32, 32),))
    with context:
        edge = to_edge_transform_and_lower(exported, partitioner=[XnnpackPartitioner()])
    program: bytes = edge.to_executorch().buffer
    return program


def test_the_program_is_the_same_byte_for_byte(shallow: CloFormer) -> None:
    assert lower(shallow, fast_lowering()) == lower(shallow, nullcontext())


def test_everything_is_restored_after_a_failure() -> None:
    before = (XNNPACKPassManager.transform, fx_traceback.NodeSource, gc.isenabled())
    with pytest.raises(KeyboardInterrupt), fast_lowering():
        assert not gc.isenabled()
        raise KeyboardInterrupt
    assert (XNNPACKPassManager.transform, fx_traceback.NodeSource, gc.isenabled()) == before
