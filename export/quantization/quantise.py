"""From a float module to a quantised one: calibrated on images, as a graph that any of the exporters takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import fx, nn
from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e

from cloformer.runtimes.torch_threads import torch_threads

from .annotate import UnitQuantizer
from .kernels import Kernels

Floats = NDArray[np.float32]


@torch.no_grad()
def quantise(
    module: nn.Module, batches: Iterable[Floats], kernels: Kernels, float_units: Collection[str] = ()
) -> fx.GraphModule:
    """Return ``module``, a ``DeployModule``, with 8-bit steps where ``kernels`` take them.

    Args:
        module: in evaluation mode.
        batches: calibration images, each batch (N, 3, H, W) as the artifact takes it.
        kernels: what the runtime computes in 8 bits.
        float_units: units that stay float.
    """
    images = [torch.from_numpy(batch) for batch in batches]
    traced = torch.export.export(module, (images[0],)).module()
    observed = prepare_pt2e(traced, UnitQuantizer(kernels, float_units))
    with torch_threads(1):  # hundreds of observers, each with next to no work to share
        for batch in images:
            observed(batch)
    quantised: fx.GraphModule = convert_pt2e(observed)
    return quantised
