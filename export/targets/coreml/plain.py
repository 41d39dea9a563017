"""coremltools' own way to an ML Program, without rewrites or parity: what benchmarks compare our export with."""

from __future__ import annotations

from pathlib import Path

import coremltools as ct
import torch
from torch import nn


def convert_plainly(network: nn.Module, input_shape: tuple[int, ...], path: Path) -> None:
    """Convert ``network`` as coremltools' documentation does."""
    exported = torch.export.export(network, (torch.zeros(input_shape),)).run_decompositions({})
    model = ct.convert(
        exported, convert_to="mlprogram", minimum_deployment_target=ct.target.iOS17, skip_model_load=True
    )
    model.save(str(path))
