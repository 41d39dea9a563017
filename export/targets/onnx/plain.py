"""The libraries' own way to ONNX, without rewrites or parity: what benchmarks compare our export with."""

from __future__ import annotations

from pathlib import Path

import onnx
import onnxsim
import torch
from torch import nn

from cloformer.model import ConversionError


def convert_plainly(network: nn.Module, input_shape: tuple[int, ...], path: Path) -> None:
    """Export ``network`` as PyTorch's and onnxsim's documentation do."""
    program = torch.onnx.export(network, (torch.zeros(input_shape),), dynamo=True, verbose=False)
    if program is None:
        raise ConversionError("PyTorch's exporter returned nothing")
    simplified, _ = onnxsim.simplify(program.model_proto)
    onnx.save(simplified, path)
