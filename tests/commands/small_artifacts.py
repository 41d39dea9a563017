"""Small artifacts of every format, with our metadata: a few sums over an image as the logits of three classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from cloformer.model import WeightsInfo, preprocessing_for
from cloformer.runtimes.bundle.manifest import METADATA_KEY, EmbeddedFacts, InputFacts, ModelFacts, OutputFacts

SIDE = 32
SHAPE = (1, 3, SIDE, SIDE)
LABELS = ("red", "green", "blue")


def facts(target: str) -> str:
    """What such an artifact says of itself."""
    weights = WeightsInfo(name="random", source="random", sha256="0" * 64)
    return EmbeddedFacts(
        model=ModelFacts(variant="xxs", num_classes=3, parameters=1, weights=weights),
        target=target,
        backend="xnnpack" if target == "executorch" else None,
        precision="fp32",
        input=InputFacts(
            kind="tensor", shape=SHAPE, dtype="float32", value_range=(0.0, 1.0), normalization_in_graph=True
        ),
        preprocessing=preprocessing_for(SIDE, SIDE),
        outputs=(OutputFacts(name="logits", kind="logits", shape=(1, 3)),),
        labels=LABELS,
    ).model_dump_json()


def onnx_model(with_facts: bool = True) -> onnx.ModelProto:
    """A mean over the pixels."""
    graph = helper.make_graph(
        [helper.make_node("ReduceMean", ["image", "axes"], ["logits"], keepdims=0)],
        "mean color",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, SHAPE)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, (1, 3))],
        [onnx.numpy_helper.from_array(np.array([2, 3]), "axes")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    if with_facts:
        helper.set_model_props(model, {METADATA_KEY: facts("onnx")})
    return model


def onnx_without_input() -> onnx.ModelProto:
    """A constant."""
    graph = helper.make_graph(
        [helper.make_node("Identity", ["three"], ["logits"])],
        "constant",
        [],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, (1, 3))],
        [onnx.numpy_helper.from_array(np.zeros((1, 3), np.float32), "three")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


def write_onnx(path: Path) -> None:
    onnx.save(onnx_model(), path)


def write_pte(path: Path) -> None:
    import torch  # noqa: PLC0415
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner  # noqa: PLC0415
    from executorch.exir import to_edge_transform_and_lower  # noqa: PLC0415

    network = torch.nn.Sequential(torch.nn.Conv2d(3, 3, 3), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
    program = to_edge_transform_and_lower(
        torch.export.export(network.eval(), (torch.zeros(SHAPE),)),
        partitioner=[XnnpackPartitioner()],
        constant_methods={METADATA_KEY: facts("executorch")},
    ).to_executorch()
    with path.open("wb") as file:
        program.write_to_file(file)


def write_mlpackage(path: Path) -> None:
    import coremltools as ct  # noqa: PLC0415
    from coremltools.converters.mil import Builder as mb  # noqa: N813, PLC0415 - coremltools' own abbreviation

    # Fewer than ten numbers would stay out of weight.bin.
    weight = np.random.default_rng(0).normal(size=(3, 3, 3, 3)).astype(np.float32)

    @mb.program(input_specs=[mb.TensorSpec(shape=SHAPE)], opset_version=ct.target.iOS17)
    def program(image):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - MIL's values have no public type
        mixed = mb.conv(x=image, weight=weight)
        return mb.reduce_mean(x=mixed, axes=[2, 3], keep_dims=False, name="logits")

    model = ct.convert(
        program,
        minimum_deployment_target=ct.target.iOS17,
        compute_precision=ct.precision.FLOAT32,
        skip_model_load=True,
    )
    model.user_defined_metadata[METADATA_KEY] = facts("coreml")
    model.save(str(path))
