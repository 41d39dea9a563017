"""The quantized graph: what becomes 8-bit for a runtime, what stays float, and that it still computes the network."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from torch import fx

from cloformer.export.forms import apply_form
from cloformer.export.graph.deploy_module import DeployModule
from cloformer.export.parity.verdict import smallest_cosine
from cloformer.export.quantization.quantize import quantize
from cloformer.export.reference.run import reference_inputs
from cloformer.export.request.registry import TARGETS
from cloformer.model import CloFormer, preprocessing_for

FORMS = {
    name: spec.form_for(spec.options().backend_name, "int8") for name, spec in TARGETS.items() if spec.int8_kernels
}
SIZE = (32, 32)
_ATEN = torch.ops.aten


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return reference_inputs(preprocessing_for(*SIZE))


def quantized(model: CloFormer, images: np.ndarray, target: str, *float_units: str) -> fx.GraphModule:
    module = DeployModule(apply_form(model, FORMS[target]), preprocessing_for(*SIZE)).eval()
    return quantize(module, np.split(images, len(images)), TARGETS[target].int8_kernels, float_units)


def is_step(node: object, kind: str) -> bool:
    return isinstance(node, fx.Node) and str(node.target).startswith(f"quantized_decomposed.{kind}_per")


def eight_bit(module: fx.GraphModule) -> Counter[str]:
    """Count the operators whose every input comes from 8 bits and whose output goes there."""
    found: Counter[str] = Counter()
    for node in module.graph.nodes:
        inputs = [each for each in node.all_input_nodes if "bias" not in each.name]
        after = list(node.users)
        if len(after) == 1 and after[0].target is _ATEN.relu.default:
            after = list(after[0].users)
        if inputs and all(is_step(each, "dequantize") for each in inputs):
            found[str(node.target)] += all(is_step(each, "quantize") for each in after)
    return found


def all_of(module: fx.GraphModule) -> Counter[str]:
    return Counter(str(node.target) for node in module.graph.nodes)


@pytest.mark.parametrize("target", FORMS)
def test_the_network_is_still_the_same(target: str, shallow: CloFormer, images: np.ndarray) -> None:
    module = quantized(shallow, images, target)
    with torch.no_grad():
        wanted = DeployModule(shallow, preprocessing_for(*SIZE)).eval()(torch.from_numpy(images)).numpy()
        found = np.concatenate([module(torch.from_numpy(image[None])).numpy() for image in images])

    assert smallest_cosine(wanted, found) > 0.97


def test_xnnpack_computes_layers_lookups_products_and_moves_in_8_bits(shallow: CloFormer, images: np.ndarray) -> None:
    module = quantized(shallow, images, "executorch")
    found, everything = eight_bit(module), all_of(module)

    for name in (
        "aten.gelu.default",
        "aten.sigmoid.default",
        "aten.tanh.default",
        "aten.cat.default",
        "aten.pad.default",
    ):
        assert found[name] == everything[name] > 0, name
    norms = 10  # each has two means over channels, as convolutions that stay float
    assert found["aten.conv2d.default"] == everything["aten.conv2d.default"] - 2 * norms
    assert found["aten.linear.default"] == 1
    assert found["aten.bmm.default"] == 0  # XNNPACK has it in float alone
    assert found["aten.softmax.int"] == 0


def test_the_residual_stream_stays_float(shallow: CloFormer, images: np.ndarray) -> None:
    """Two additions a block, and none of them in 8 bits; ONNX Runtime's form has no other additions in units."""
    module = quantized(shallow, images, "onnx")

    assert eight_bit(module)["aten.add.Tensor"] == 0
    assert all_of(module)["aten.add.Tensor"] >= 2 * 4


def test_units_that_a_plan_leaves_float(shallow: CloFormer, images: np.ndarray) -> None:
    whole = quantized(shallow, images, "onnx")
    without_stem = quantized(shallow, images, "onnx", "patch_embed")
    without_head = quantized(shallow, images, "onnx", "head")

    layers = "aten.conv2d.default"
    assert (
        eight_bit(whole)[layers] - eight_bit(without_stem)[layers] == 5
    )  # four strided ones, and one to the width of stage 1
    assert eight_bit(without_head)["aten.linear.default"] == 0
    assert eight_bit(without_head)[layers] == eight_bit(whole)[layers]


def test_core_ml_gets_symmetric_steps(shallow: CloFormer, images: np.ndarray) -> None:
    module = quantized(shallow, images, "coreml")
    steps = [node for node in module.graph.nodes if is_step(node, "quantize")]

    assert steps
    assert {node.args[2] for node in steps} == {0}


def test_one_image_is_enough(shallow: CloFormer, images: np.ndarray) -> None:
    module = quantized(shallow, images[:1], "executorch")

    assert bool(torch.isfinite(module(torch.from_numpy(images[:1]))).all())
