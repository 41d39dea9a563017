"""Reading an .mlpackage back into an ML Program, with errors that name any damage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from coremltools.converters.mil.frontend.milproto.load import load
from coremltools.converters.mil.mil import Function
from coremltools.models import MLModel
from coremltools.proto import MIL_pb2, Model_pb2

from .errors import InvalidPackage, UnsupportedOperator
from .operators import ACCUMULATING, CONSTANT, OPERATORS

_MAIN = "main"

_SUPPORTED = {"const", *ACCUMULATING, *CONSTANT, *OPERATORS}


@dataclass(frozen=True)
class LoadedProgram:
    """The function that Core ML runs by default, as coremltools reads it.

    Attributes:
        function: coremltools' own object, whose operations are in order of execution.
        description: the protobuf message that describes its inputs and outputs.
        metadata: the model's custom metadata.
    """

    function: Function
    description: Model_pb2.ModelDescription
    metadata: dict[str, str]


def load_program(path: Path) -> LoadedProgram:
    """Read the function ``main`` of a saved .mlpackage.

    Raises:
        InvalidPackage: the path is missing, is not an .mlpackage, is damaged, or has no ML Program ``main``.
        UnsupportedOperator: the program uses operators without an implementation here; the error lists all of them.
    """
    if not path.exists():
        raise InvalidPackage(f"{path} does not exist")
    if not (path.is_dir() and (path / "Manifest.json").is_file()):
        raise InvalidPackage(f"{path} is not an .mlpackage, which is a folder with Manifest.json")
    model = _read_model(path)
    spec = model.get_spec()
    kind = spec.WhichOneof("Type")
    if kind != "mlProgram":
        raise InvalidPackage(f"{path} contains a model of type {kind}, not an ML Program")
    if _MAIN not in spec.mlProgram.functions:
        names = ", ".join(sorted(spec.mlProgram.functions)) or "none"
        raise InvalidPackage(f"{path} has no function {_MAIN!r}; its functions: {names}")
    _refuse_unsupported(spec.mlProgram.functions[_MAIN])
    metadata = dict(spec.description.metadata.userDefined)
    return LoadedProgram(_transcribe(spec, model.weights_dir, path), _description(spec), metadata)


def _read_model(path: Path) -> MLModel:
    try:
        return MLModel(str(path), skip_model_load=True)
    except Exception as error:  # the readers of a damaged package may raise anything
        raise InvalidPackage(f"{path} cannot be read: {error}") from error


def _transcribe(spec: Model_pb2.Model, weights_dir: str | None, path: Path) -> Function:
    try:
        program = load(spec, specification_version=spec.specificationVersion, file_weights_dir=weights_dir or "")
    except Exception as error:  # the readers of damaged weights may raise anything
        raise InvalidPackage(f"{path} is damaged: {error}") from error
    return program.functions[_MAIN]


def _description(spec: Model_pb2.Model) -> Model_pb2.ModelDescription:
    """Return the description of ``main``: a model with several functions has one for each, with the same fields."""
    for function in spec.description.functions:
        if function.name == _MAIN:
            return function
    return spec.description


def _refuse_unsupported(function: MIL_pb2.Function) -> None:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for operation in _operations([function.block_specializations[function.opset]]):
        if operation.type not in _SUPPORTED:
            found[operation.type].append(operation.outputs[0].name if operation.outputs else "no output")
    if found:
        raise UnsupportedOperator(found)


def _operations(blocks: Iterable[MIL_pb2.Block]) -> Iterator[MIL_pb2.Operation]:
    """Yield all operations of the blocks, including those nested in loops and branches."""
    for block in blocks:
        for operation in block.operations:
            yield operation
            yield from _operations(operation.blocks)
