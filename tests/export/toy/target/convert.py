"""PyTorch to the toy format, which is PyTorch's exported program."""

from __future__ import annotations

from pathlib import Path

import torch

from cloformer.export.conversion import Conversion, Converted, versions_of
from cloformer.export.deployable import deployable
from cloformer.export.reference.run import Floats
from cloformer.export.stages import Stages
from cloformer.runtimes.bundle.manifest import METADATA_KEY


def convert(conversion: Conversion, stages: Stages) -> Converted:
    """Write the conversion's .toy file."""
    inputs = conversion.input_facts()
    with stages.stage("export the program"):
        program = torch.export.export(deployable(conversion, stages), (torch.zeros(conversion.input_shape),))
    with stages.stage("save"), conversion.path.open("wb") as file:
        torch.export.save(program, file, extra_files={METADATA_KEY: conversion.embedded_facts(inputs)})
    return Converted(inputs, versions_of("torch"))


def block_outputs(_conversion: Conversion, _path: Path, _images: Floats) -> dict[str, Floats] | None:
    """Return nothing: a toy does not let one look inside."""
    return None
