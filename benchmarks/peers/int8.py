"""Peers in 8 bits: quantised as CloFormer is, with every layer of the network taking part."""

from __future__ import annotations

import torch
from torch import fx, nn
from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e

from cloformer.export.quantization.annotate import UnitQuantizer
from cloformer.export.quantization.calibration import reference_calibration
from cloformer.export.quantization.kernels import Kernels
from cloformer.model import preprocessing_for
from cloformer.runtimes.torch_threads import torch_threads


class WholeQuantizer(UnitQuantizer):
    """Annotates what the kernels take, wherever it is: a peer has no units of ours that could stay float."""

    def annotate(self, model: fx.GraphModule) -> fx.GraphModule:
        """Note, on each node that becomes 8-bit, how its inputs and its output are quantised."""
        for node in model.graph.nodes:
            if node.op == "call_function":
                self._annotate(node)
        return model


@torch.no_grad()
def quantise_whole(module: nn.Module, size: int, kernels: Kernels) -> fx.GraphModule:
    """Return ``module``, a ``DeployModule`` in evaluation mode, calibrated on the reference images, in 8 bits.

    Latency does not depend on how well it fits: the weights are random.
    """
    images = torch.from_numpy(reference_calibration(preprocessing_for(size, size)).images)
    traced = torch.export.export(module, (images[:1],)).module()
    observed = prepare_pt2e(traced, WholeQuantizer(kernels))
    with torch_threads(1):  # hundreds of observers, each with next to no work to share
        for index in range(len(images)):
            observed(images[index : index + 1])
    quantised: fx.GraphModule = convert_pt2e(observed)
    return quantised
