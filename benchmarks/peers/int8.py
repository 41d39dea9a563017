"""Peers in 8 bits: quantised as CloFormer is, with every layer of the network taking part."""

from __future__ import annotations

import numpy as np
from torch import fx, nn

from cloformer.export.quantization.calibration import reference_calibration
from cloformer.export.quantization.kernels import Kernels
from cloformer.export.quantization.quantise import quantise_where
from cloformer.model import preprocessing_for


def quantise_whole(module: nn.Module, size: int, kernels: Kernels) -> fx.GraphModule:
    """Return ``module``, a ``DeployModule`` in evaluation mode, calibrated on the reference images, in 8 bits.

    A peer has no units of ours that could stay float. Latency does not depend on how well it fits: the weights are
    random.
    """
    images = reference_calibration(preprocessing_for(size, size)).images
    return quantise_where(module, np.split(images, len(images)), kernels, lambda _node: True)
