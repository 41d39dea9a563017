"""One layer at two scales, as in RetinaNet's towers, is right in XNNPACK's 8 bits."""

from __future__ import annotations

import pytest
import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from executorch.extension.pybindings import portable_lib
from torch import Tensor, nn

from cloformer.export.quantization.quantize import quantize_where
from cloformer.export.request.registry import TARGETS
from cloformer.export.targets.executorch.separate_biases import separate_biases


class SharedLayer(nn.Module):
    """One convolution for an image and for its faint copy."""

    def __init__(self, *, bias: bool) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.convolution = nn.Conv2d(3, 8, 3, padding=1, bias=bias)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        return self.convolution(image), self.convolution(image * 0.01)


def quantized(*, bias: bool = True) -> tuple[torch.fx.GraphModule, Tensor]:
    image = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    module = SharedLayer(bias=bias).eval()
    return quantize_where(module, [image.numpy()], TARGETS["executorch"].int8_kernels, lambda node: True), image


def computed_by_executorch(module: torch.fx.GraphModule, image: Tensor) -> list[Tensor]:
    exported = torch.export.export(module, (image,))
    program = to_edge_transform_and_lower(exported, partitioner=[XnnpackPartitioner()]).to_executorch()
    outputs: list[Tensor] = portable_lib._load_for_executorch_from_buffer(program.buffer).forward([image])
    return outputs


@pytest.mark.parametrize("bias", [True, False])
def test_both_uses_are_right(bias: bool) -> None:
    module, image = quantized(bias=bias)
    expected = module(image)
    separate_biases(module)
    for found, wanted in zip(computed_by_executorch(module, image), expected, strict=True):
        assert (found - wanted).abs().max() < 0.01 * wanted.abs().max()


def test_a_shared_bias_is_still_wrong_in_executorch() -> None:
    """When this fails, ``separate_biases`` has nothing left to do."""
    module, image = quantized()
    _, wanted = module(image)
    _, found = computed_by_executorch(module, image)
    assert (found - wanted).abs().max() > 0.5 * wanted.abs().max()


def test_nothing_else_changes() -> None:
    module, image = quantized()
    expected = module(image)
    separate_biases(module)
    biases = [node.args[2] for node in module.graph.nodes if node.target is torch.ops.aten.conv2d.default]
    assert len(biases) == len(set(biases)) == 2
    for found, wanted in zip(module(image), expected, strict=True):
        assert torch.equal(found, wanted)
