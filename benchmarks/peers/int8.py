"""Quantizing peers to 8 bits in the same way as CloFormer, but including every layer."""

from __future__ import annotations

import numpy as np
from torch import fx, nn

from cloformer.export.calibration.calibration import reference_calibration
from cloformer.export.quantization.quantize import quantize_where
from cloformer.export.target_spec import Int8Kernels
from cloformer.model import preprocessing_for


def quantize_all_layers(module: nn.Module, size: int, kernels: Int8Kernels) -> fx.GraphModule:
    """Quantize ``module``, a ``DeployModule`` in evaluation mode, to 8 bits, calibrated on the reference images.

    All layers are quantized, because which units stay float is only known for CloFormer. Accuracy does not matter: the
    weights are random, and latency does not depend on them.
    """
    images = reference_calibration(preprocessing_for(size, size)).images
    return quantize_where(module, np.split(images, len(images)), kernels, lambda _node: True)
