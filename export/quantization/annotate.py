"""A PT2E quantizer for CloFormer: 8-bit steps around the operators that a runtime has 8-bit kernels for.

The stock quantizer of ExecuTorch's XNNPACK leaves GELU, sigmoid, tanh and the depthwise padding float, though XNNPACK
has all of them in 8 bits, and puts the residual stream into 8 bits, which saves next to nothing. XXS on an emulated
Cortex-A76: 276 million instructions with it, 134 million with this one.

What stays float is cheap where the maps are narrow: the additions, subtractions and means of XXS, its residual stream
and its normalizations, take 5 of the 134 million instructions, and the steps between 8 bits and float 4. The attention
products and their softmax, which XNNPACK only has in float, take 18.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import fx
from torchao.quantization.pt2e import MinMaxObserver, PerChannelMinMaxObserver
from torchao.quantization.pt2e.quantizer import (
    QuantizationAnnotation,
    QuantizationSpec,
    QuantizationSpecBase,
    Quantizer,
    SharedQuantizationSpec,
)

from cloformer.export.target_spec import Int8Kernels

_ATEN = torch.ops.aten
_LAYERS = (_ATEN.conv2d.default, _ATEN.linear.default)
_ANNOTATION = "quantization_annotation"
_SMALLEST_STEP = 2.0**-20
_DTYPES = {"int8": torch.int8, "uint8": torch.uint8}

_WEIGHTS = QuantizationSpec(
    torch.int8,
    PerChannelMinMaxObserver.with_args(eps=_SMALLEST_STEP),
    quant_min=-127,
    quant_max=127,
    qscheme=torch.per_channel_symmetric,
    ch_axis=0,
)


class KernelQuantizer(Quantizer):  # type: ignore[misc] # torchao ships no types
    """Marks, in an exported module, what becomes 8-bit.

    Args:
        kernels: what the runtime computes in 8 bits.
        takes: a function that says whether a node may become 8-bit at all.
    """

    def __init__(self, kernels: Int8Kernels, takes: Callable[[fx.Node], bool]) -> None:
        super().__init__()
        self._kernels = kernels
        self._takes = takes
        low, high = _limits(kernels)
        self._activations = QuantizationSpec(
            _DTYPES[kernels.dtype],
            MinMaxObserver.with_args(eps=_SMALLEST_STEP),
            quant_min=low,
            quant_max=high,
            qscheme=torch.per_tensor_symmetric if kernels.symmetric else torch.per_tensor_affine,
        )

    def annotate(self, model: fx.GraphModule) -> fx.GraphModule:
        """Mark each node that becomes 8-bit with how its inputs and its output are quantized."""
        for node in model.graph.nodes:
            if node.op == "call_function" and self._takes(node):
                self._annotate(node)
        return model

    def validate(self, model: fx.GraphModule) -> None:
        """Accept any module: what is not annotated stays float."""

    def _annotate(self, node: fx.Node) -> None:
        inputs = node.all_input_nodes
        if node.target in _LAYERS:
            self._annotate_layer(node)
        elif str(node.target) in self._kernels.lookups:
            _note(node, {inputs[0]: self._activations}, self._activations)
        elif str(node.target) in self._kernels.products and len(node.args) == 2 and all(map(_is_quantized, inputs)):
            _note(node, dict.fromkeys(inputs, self._activations), self._activations)
        elif str(node.target) in self._kernels.same_range and _is_quantized(inputs[0]):
            _note(node, {inputs[0]: self._activations}, SharedQuantizationSpec((inputs[0], node)))
        elif node.target is _ATEN.cat.default:
            self._annotate_join(node, inputs)

    def _annotate_layer(self, node: fx.Node) -> None:
        image, weight = node.all_input_nodes[:2]
        (*_, last) = users = list(node.users)
        inputs = {image: self._activations, weight: _WEIGHTS}
        if len(users) == 1 and last.target is _ATEN.relu.default:
            _note(node, inputs, None)
            _note(last, {}, self._activations)
        else:
            _note(node, inputs, self._activations)

    def _annotate_join(self, node: fx.Node, inputs: list[fx.Node]) -> None:
        if not self._kernels.joins_share_range:
            _note(node, dict.fromkeys(inputs, self._activations), self._activations)
            return
        first, *others = inputs
        shared = SharedQuantizationSpec((first, node))
        _note(node, {first: self._activations, **dict.fromkeys(others, shared)}, shared)


def _limits(kernels: Int8Kernels) -> tuple[int, int]:
    """Return the smallest and the largest step of an activation."""
    info = torch.iinfo(_DTYPES[kernels.dtype])
    return (-info.max if kernels.symmetric else info.min), info.max


def _note(node: fx.Node, inputs: dict[fx.Node, QuantizationSpecBase], output: QuantizationSpecBase | None) -> None:
    node.meta[_ANNOTATION] = QuantizationAnnotation(dict(inputs), output, _annotated=True)


def _is_quantized(node: fx.Node) -> bool:
    annotation = node.meta.get(_ANNOTATION)
    return annotation is not None and annotation.output_qspec is not None
