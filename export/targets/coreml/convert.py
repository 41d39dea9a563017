"""PyTorch to Core ML: an ML Program with an image input, the normalization in the graph, and classifier labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import coremltools as ct
import numpy as np
import torch
from coremltools.converters.mil.mil import Operation, Program, types
from coremltools.converters.mil.mil.passes.graph_pass import AbstractGraphPass
from coremltools.converters.mil.mil.passes.pass_registry import register_pass
from coremltools.converters.mil.mil.scope import ScopeSource
from coremltools.proto import Model_pb2
from numpy.typing import NDArray
from torch import Tensor, nn

from cloformer import __version__
from cloformer.export.conversion import Conversion, Converted, versions_of
from cloformer.export.deployable import deployable
from cloformer.export.graph.blocks import block_names, name_block_nodes
from cloformer.export.graph.deploy_module import NETWORK
from cloformer.export.reference.ranges import beyond_fp16, layer_names
from cloformer.export.report import DelegationReport
from cloformer.export.stages import Stages
from cloformer.model.tasks import CLASSIFICATION
from cloformer.runtimes.bundle.manifest import BLOCKS_KEY, METADATA_KEY, InputFacts
from cloformer.runtimes.coreml.executor import CoreMLProgram

from .boxes import read_boxes_in_program
from .compression import compress_weights
from .package import save_package
from .spec import CoreMLOptions

Floats = NDArray[np.float32]

_PROBABILITIES = "probabilities"


@register_pass(namespace="cloformer")
class forget_output_types(AbstractGraphPass):  # type: ignore[misc]  # noqa: N801 - the class name is the pass's name
    """Lets a classifier have logits beside its label and probabilities.

    coremltools 9.0 reads the declared output types by position after it has put the label and the probabilities in
    front of them, and runs past their end; without declared types it takes them from the program.
    """

    def apply(self, prog: Program) -> None:
        """Remove the declared types of the main function's outputs."""
        prog.functions["main"].set_output_types(None)


class _Classifier(nn.Module):
    """A network that returns logits for parity, and probabilities for Core ML's classifier interface."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        logits = self.module(image)
        return logits, logits.softmax(dim=-1)


def convert(conversion: Conversion, stages: Stages) -> Converted:
    """Write the conversion's .mlpackage folder.

    One image in [0, 1] becomes Core ML's image type and, for classification, a classifier with labels, as Vision and
    Xcode expect it; any other input (a larger batch, normalized by the caller) stays a tensor.
    """
    options = conversion.options(CoreMLOptions)
    is_image = conversion.request.normalizes and conversion.request.batch_size == 1
    is_classifier = is_image and conversion.facts.task == CLASSIFICATION
    module = deployable(conversion, stages)
    with stages.stage("trace"):
        exported = _trace(module, conversion, is_classifier)
        kept = beyond_fp16(conversion.ranges)
        layers = layer_names(conversion.model)
        _number_layers(exported.graph, layers)
        blocks = name_block_nodes(exported.graph, block_names(conversion.model))
    with stages.stage("convert to an ML Program"):
        features = _features(conversion, is_image=is_image, is_classifier=is_classifier)
        model = _to_ml_program(exported, conversion, options, features, {layers.index(layer) for layer in kept})
    inputs = _image_facts(conversion) if is_image else conversion.input_facts()
    with stages.stage("save"):
        spec = model.get_spec()
        _describe(spec, conversion, conversion.embedded_facts(inputs))
        spec.description.metadata.userDefined[BLOCKS_KEY] = json.dumps(blocks)
        save_package(spec, model.weights_dir, conversion.path)
    tools = versions_of("torch", "coremltools")
    return Converted(
        inputs,
        tools,
        minimum_os=f"iOS {options.minimum_ios}",
        delegation=_report_rank(model),
        kept_fp32=kept,
    )


def _report_rank(model: ct.models.MLModel) -> DelegationReport:
    """Report the largest rank: Core ML places operators when it loads a program, and only ranks are known earlier."""
    operators = model._mil_program.functions["main"].operations
    outputs = [output for operator in operators for output in operator.outputs if types.is_tensor(output.sym_type)]
    rank = max(len(output.shape) for output in outputs)
    return DelegationReport(backend="Core ML", partitions=None, delegated=None, undelegated={}, largest_rank=rank)


def _trace(module: nn.Module, conversion: Conversion, is_classifier: bool) -> torch.export.ExportedProgram:
    exported = torch.export.export(
        _Classifier(module) if is_classifier else module, (torch.zeros(conversion.input_shape),)
    )
    decomposed: torch.export.ExportedProgram = exported.run_decompositions({})
    return decomposed


def _features(conversion: Conversion, *, is_image: bool, is_classifier: bool) -> dict[str, Any]:
    """Describe the inputs and outputs of the program as arguments of ``coremltools.convert``."""
    shape = conversion.input_shape
    # ImageType has one scale for all channels; the mean and deviation per channel are in the graph.
    image = (
        ct.ImageType(name="image", shape=shape, scale=1 / 255, color_layout=ct.colorlayout.RGB)
        if is_image
        else ct.TensorType(name="image", shape=shape, dtype=np.float32)
    )
    names = [*conversion.output_names, *([_PROBABILITIES] if is_classifier else [])]
    labels = list(conversion.labels)
    return {
        "inputs": [image],
        "outputs": [ct.TensorType(name, dtype=np.float32) for name in names],
        "classifier_config": ct.ClassifierConfig(labels, predicted_probabilities_output=_PROBABILITIES)
        if is_classifier
        else None,
    }


def _to_ml_program(
    exported: torch.export.ExportedProgram,
    conversion: Conversion,
    options: CoreMLOptions,
    features: dict[str, Any],
    kept: set[int],
) -> ct.models.MLModel:
    passes = ct.PassPipeline.DEFAULT
    compress_weights(passes, conversion.request.precision)
    passes.append_pass("cloformer::forget_output_types")
    if options.nms and conversion.boxes:
        read_boxes_in_program(passes, conversion.boxes, conversion.request.image_size)
    return ct.convert(
        exported,
        **features,
        convert_to="mlprogram",
        minimum_deployment_target=getattr(ct.target, f"iOS{options.minimum_ios}"),
        compute_precision=_precision(conversion.request.precision, kept),
        pass_pipeline=passes,
        skip_model_load=True,
    )


def _number_layers(graph: torch.fx.Graph, layers: list[str]) -> None:
    """Set each node's debug handle to its layer, which coremltools passes on to the operators of its program."""
    for node in graph.nodes:
        paths = [path.partition(f"{NETWORK}.")[2] for path, _ in node.meta.get("nn_module_stack", {}).values()]
        layer = next((path for path in reversed(paths) if path in layers), None)
        node.meta["debug_handle"] = None if layer is None else layers.index(layer)


def _precision(precision: str, kept: set[int]) -> object:
    """Return which operators compute in fp16: none, all, or all but those of the layers numbered ``kept``."""
    if precision == "fp32":
        return ct.precision.FLOAT32

    def converts(operator: Operation) -> bool:
        return not kept.intersection(operator.scopes.get(ScopeSource.EXIR_DEBUG_HANDLE, ()))

    return ct.transform.FP16ComputePrecision(op_selector=converts)


def _image_facts(conversion: Conversion) -> InputFacts:
    return InputFacts(
        kind="image",
        shape=(1, 3, *conversion.request.image_size),
        dtype="uint8",
        value_range=(0.0, 255.0),
        normalization_in_graph=True,
    )


def _describe(spec: Model_pb2.Model, conversion: Conversion, facts: str) -> None:
    metadata = spec.description.metadata
    metadata.shortDescription = conversion.description
    metadata.author = "cloformer mobile toolkit (architecture: Fan, Huang, Guan, He, arXiv 2303.17803)"
    metadata.license = "the license of the weights is the user's own"
    metadata.versionString = __version__
    metadata.userDefined[METADATA_KEY] = facts


def block_outputs(_conversion: Conversion, path: Path, images: Floats) -> dict[str, Floats] | None:
    """Run the saved package in the reference executor and return each block's output that it still contains."""
    program = CoreMLProgram(path)
    names: dict[str, str] = json.loads(program.metadata.get(BLOCKS_KEY, "{}"))
    # The fp16 pass of coremltools appends this to the name of every value that it makes half as wide.
    values = {
        block: value
        for block, name in names.items()
        for value in (name, f"{name}_cast_fp16")
        if value in program.value_names
    }
    is_image = program.inputs[0].kind == "image"
    batch = np.rint(images[0].transpose(1, 2, 0) * 255).astype(np.uint8) if is_image else images
    outputs = program.run({program.inputs[0].name: batch}, intermediates=set(values.values()))
    return {block: np.asarray(outputs[value], dtype=np.float32) for block, value in values.items()}
