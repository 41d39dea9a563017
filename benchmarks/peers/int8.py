"""Peers in 8 bits: quantized as CloFormer is, with every layer of the network taking part."""

from __future__ import annotations

import numpy as np
from torch import fx, nn

from cloformer.export.calibration.calibration import reference_calibration
from cloformer.export.quantization.quantize import quantize_where
from cloformer.export.target_spec import Int8Kernels
from cloformer.model import preprocessing_for


def quantize_all_layers(module: nn.Module, size: int, kernels: Int8Kernels) -> fx.GraphModule:
    """Return ``module``, a ``DeployModule`` in evaluation mode, calibrated on the reference images, in 8 bits.

    A peer has no units of ours that could stay float. Latency does not depend on how well it fits: the weights are
    random.
    """
    images = reference_calibration(preprocessing_for(size, size)).images
    return quantize_where(module, np.split(images, len(images)), kernels, lambda _node: True)
