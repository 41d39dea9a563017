"""What every target traces: the rewritten network behind its normalization, quantized if the request says so."""

from __future__ import annotations

import torch
from torch import nn

from cloformer.model.network import Network

from .conversion import Conversion
from .forms import apply_rewrites
from .graph.deploy_module import DeployModule
from .quantization.quantize import quantize
from .request.form_names import FORMS
from .stages import Stages


def rewritten_network(conversion: Conversion) -> Network:
    """Return a copy of the reference in the form that is converted."""
    rewrites = FORMS[conversion.request.form] if conversion.rewrites is None else conversion.rewrites
    return apply_rewrites(conversion.model, rewrites)


def deploy_module(
    conversion: Conversion, network: nn.Module | None = None, dtype: torch.dtype = torch.float32
) -> DeployModule:
    """Wrap the network, by default the rewritten one, with the normalization that the request asks for."""
    normalization = conversion.preprocessing if conversion.request.normalizes else None
    network = rewritten_network(conversion) if network is None else network
    return DeployModule(network, normalization, dtype).eval()


def deployable(
    conversion: Conversion, stages: Stages, network: nn.Module | None = None, dtype: torch.dtype = torch.float32
) -> nn.Module:
    """Return what the target traces: the wrapped network, quantized for ``int8`` with the target's kernels."""
    module = deploy_module(conversion, network, dtype)
    kernels = conversion.request.target.int8_kernels
    if conversion.request.precision != "int8" or kernels is None:
        return module
    with stages.stage("calibrate and quantize"):
        return quantize(module, conversion.calibration_batches(), kernels, conversion.float_units)
