"""The inputs and outputs of a model, according to its description and its program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from coremltools.proto import FeatureTypes_pb2, Model_pb2

from .dtypes import NUMPY
from .errors import InvalidPackage
from .schedule import Shape, Variable

Color = Literal["rgb", "bgr", "grayscale"]

_COLORS: dict[str, Color] = {
    "RGB": "rgb",
    "BGR": "bgr",
    "GRAYSCALE": "grayscale",
    "GRAYSCALE_FLOAT16": "grayscale",
}


@dataclass(frozen=True)
class InputFeature:
    """One input of a model.

    An image input has no scale and bias here: coremltools turns those of ``ImageType`` into the program's
    first operators, so the program itself accepts pixel values from 0 to 255.

    Attributes:
        name: the name of the input in ``CoreMLProgram.run``.
        kind: the kind of input, ``tensor`` or ``image``.
        shape: the shape of the program's tensor, which is (1, C, H, W) for images; None means any size.
        dtype: the element type of that tensor.
        color: the order of an image's channels inside the program; None for tensors.
    """

    name: str
    kind: Literal["tensor", "image"]
    shape: Shape
    dtype: np.dtype[np.generic]
    color: Color | None


@dataclass(frozen=True)
class OutputFeature:
    """One output of a model.

    Attributes:
        name: the name of the output in the results of ``CoreMLProgram.run``.
        kind: the kind of output: ``tensor``; ``image``, which is returned as a tensor too; or ``label`` and
            ``probabilities``, the two outputs of a classifier.
        shape: the shape of a tensor, where None means any size; empty for the outputs of a classifier.
        dtype: the element type of a tensor, else None.
    """

    name: str
    kind: Literal["tensor", "image", "label", "probabilities"]
    shape: Shape
    dtype: np.dtype[np.generic] | None


_OUTPUT_KINDS: dict[str, Literal["tensor", "image", "label", "probabilities"]] = {
    "multiArrayType": "tensor",
    "imageType": "image",
    "stringType": "label",
    "int64Type": "label",
    "dictionaryType": "probabilities",
}


def input_feature(variable: Variable, description: Model_pb2.ModelDescription) -> InputFeature:
    """Describe the input that the function calls ``variable``.

    Raises:
        InvalidPackage: the description does not mention it, or it is neither an array nor an image.
    """
    described = _find(variable.name, description.input)
    kind = described.WhichOneof("Type")
    dtype = NUMPY[variable.mil_dtype]
    if kind == "multiArrayType":
        return InputFeature(variable.name, "tensor", variable.shape, dtype, None)
    if kind == "imageType":
        space = described.imageType
        color = _COLORS[space.ColorSpace.Name(space.colorSpace)]
        return InputFeature(variable.name, "image", variable.shape, dtype, color)
    raise InvalidPackage(f"input {variable.name!r} is of type {kind}, which is neither an array nor an image")


def output_feature(variable: Variable, description: Model_pb2.ModelDescription) -> OutputFeature:
    """Describe the output that the function calls ``variable``.

    Raises:
        InvalidPackage: the description does not mention it, or its type is unknown.
    """
    described = _find(variable.name, description.output).WhichOneof("Type")
    if described not in _OUTPUT_KINDS:
        raise InvalidPackage(f"output {variable.name!r} is of type {described}")
    return OutputFeature(variable.name, _OUTPUT_KINDS[described], variable.shape, NUMPY.get(variable.mil_dtype))


def _find(name: str, features: Iterable[Model_pb2.FeatureDescription]) -> FeatureTypes_pb2.FeatureType:
    for feature in features:
        if feature.name == name:
            return feature.type
    raise InvalidPackage(f"the description does not mention {name!r}")
