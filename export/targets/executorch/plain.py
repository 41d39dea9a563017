"""ExecuTorch's own way to an XNNPACK program, without rewrites or parity: what benchmarks compare our export with."""

from __future__ import annotations

from pathlib import Path

import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from torch import nn


def convert_plainly(network: nn.Module, input_shape: tuple[int, ...], path: Path) -> None:
    """Lower ``network`` as ExecuTorch's documentation does."""
    exported = torch.export.export(network, (torch.zeros(input_shape),))
    program = to_edge_transform_and_lower(exported, partitioner=[XnnpackPartitioner()]).to_executorch()
    path.write_bytes(program.buffer)
