"""From a float module to a quantized one: calibrated on images, as a graph that any exporter accepts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import fx, nn
from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e

from cloformer.export.target_spec import Int8Kernels
from cloformer.runtimes.pytorch.threads import torch_threads

from .annotate import KernelQuantizer
from .units import unit_of

Floats = NDArray[np.float32]


def quantize(
    module: nn.Module, batches: Iterable[Floats], kernels: Int8Kernels, float_units: Collection[str] = ()
) -> fx.GraphModule:
    """Return ``module``, a ``DeployModule``, with 8-bit steps around what ``kernels`` compute in 8 bits.

    Args:
        module: the module, in evaluation mode.
        batches: calibration images, each batch (N, 3, H, W) as the artifact takes it.
        kernels: what the runtime computes in 8 bits.
        float_units: the units that stay float, like everything between units.
    """

    def takes(node: fx.Node) -> bool:
        unit = unit_of(node)
        return unit is not None and unit not in float_units

    return quantize_where(module, batches, kernels, takes)


@torch.no_grad()
def quantize_where(
    module: nn.Module, batches: Iterable[Floats], kernels: Int8Kernels, takes: Callable[[fx.Node], bool]
) -> fx.GraphModule:
    """Quantize the nodes of any image network that ``takes`` returns True for."""
    images = [torch.from_numpy(batch) for batch in batches]
    traced = torch.export.export(module, (images[0],)).module()
    observed = prepare_pt2e(traced, KernelQuantizer(kernels, takes))
    with torch_threads(1):  # hundreds of observers, each with next to no work to share
        for batch in images:
            observed(batch)
    quantized: fx.GraphModule = convert_pt2e(observed)
    return quantized
