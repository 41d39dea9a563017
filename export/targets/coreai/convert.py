"""PyTorch to Core AI: an .aimodel for iOS and macOS 27.

Its form keeps group normalizations, average pools and SiLU as single operators: Core AI has them, and sums the
statistics of a normalization in float32 in an fp16 program. Spelled out as for XNNPACK, XXS's main function has 839
operators; the reference has 607.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import torch
from coreai.authoring import AIProgram
from coreai.authoring.asset import OSVersion
from coreai.runtime import AIModelAssetMetadata
from coreai_torch import TorchConverter, get_decomp_table
from numpy.typing import NDArray

from cloformer.export.conversion import Conversion, Converted, versions_of
from cloformer.export.deployable import deploy_module, rewritten_network
from cloformer.export.graph.blocks import block_names, name_block_nodes
from cloformer.export.reference.ranges import beyond_fp16
from cloformer.export.stages import Stages
from cloformer.runtimes.bundle.manifest import BLOCKS_KEY, METADATA_KEY
from cloformer.runtimes.coreai.asset import IMAGE, MainFunction, load_asset, metadata_of

from .blocks import add_outputs, number_block_operations
from .compression import compress_program
from .mixed_precision import keep_in_float32

Floats = NDArray[np.float32]

_FLOAT32 = "fp32"
"""The only precision that does not compute in fp16: compressed weights are expanded to fp16."""

_MINIMUM_OS = OSVersion.v27
"""The oldest system that Core AI can make assets for, and the only one."""


def convert(conversion: Conversion, stages: Stages) -> Converted:
    """Write the conversion's .aimodel folder."""
    with stages.stage("trace"):
        exported = _trace(conversion)
        nodes = name_block_nodes(exported.graph, block_names(conversion.model))
    with stages.stage("convert to Core AI"):
        program = compress_program(_to_program(exported, conversion.output_names), conversion.request.precision)
        blocks = number_block_operations(program, exported.graph, nodes)
    inputs = conversion.input_facts()
    with stages.stage("save"):
        metadata = _describe(conversion, conversion.embedded_facts(inputs), blocks)
        program.save_asset(conversion.path, metadata=metadata, minimum_os=_MINIMUM_OS)
    tools = versions_of("torch", "coreai-torch", "coreai-core", "coreai-opt")
    minimum_os = f"iOS {_MINIMUM_OS.value.removeprefix('v')}"
    return Converted(inputs, tools, minimum_os=minimum_os, kept_fp32=beyond_fp16(conversion.ranges))


def _trace(conversion: Conversion) -> torch.export.ExportedProgram:
    dtype = torch.float32 if conversion.request.precision == _FLOAT32 else torch.float16
    network = rewritten_network(conversion)
    module = deploy_module(conversion, network, dtype)
    keep_in_float32(network, beyond_fp16(conversion.ranges))
    exported = torch.export.export(module, (torch.zeros(conversion.input_shape),))
    decomposed: torch.export.ExportedProgram = exported.run_decompositions(get_decomp_table())
    return decomposed


def _to_program(exported: torch.export.ExportedProgram, outputs: list[str]) -> AIProgram:
    converter = TorchConverter(mode=TorchConverter.Mode.DEBUG)  # which operation comes from which node: for the blocks
    converter.add_exported_program(exported, input_names=[IMAGE], output_names=outputs)
    program: AIProgram = converter.to_coreai()
    return program


def _describe(conversion: Conversion, facts: str, blocks: dict[str, int]) -> AIModelAssetMetadata:
    metadata = AIModelAssetMetadata()
    metadata.author = "cloformer mobile toolkit (architecture: Fan, Huang, Guan, He, arXiv 2303.17803)"
    metadata.license = "the license of the weights is the user's own"
    metadata.model_description = conversion.description
    metadata.set_custom(METADATA_KEY, facts)
    metadata.set_custom(BLOCKS_KEY, json.dumps(blocks))
    return metadata


def block_outputs(_conversion: Conversion, path: Path, images: Floats) -> dict[str, Floats] | None:
    """Make the blocks' values additional outputs of the saved program, run that, and return them."""
    asset = load_asset(path)
    program = asset.program
    blocks: dict[str, int] = json.loads(metadata_of(asset).get(BLOCKS_KEY, "{}"))
    add_outputs(program, blocks)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        tapped = program.save_asset(Path(folder) / "tapped.aimodel")
        outputs = MainFunction(tapped)(images)
    return {block: outputs[block] for block in blocks}
