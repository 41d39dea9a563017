"""Running an ML Program operator by operator."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import numpy as np

from .errors import UnknownValue
from .execution import OutputValue, execute
from .features import InputFeature, OutputFeature, input_feature, output_feature
from .inputs import prepare_inputs
from .package import load_program
from .schedule import build_schedule

Intermediates = Collection[str] | Callable[[str], bool]
"""The names of the requested values, or a function that returns whether the value of a name is requested."""


class CoreMLProgram:
    """An .mlpackage, ready to run. Runs do not change it, so threads may share it.

    fp16 values are rounded after every operator; within an operator, computation is in float32, as on hardware with
    wide accumulators. torch's thread count applies.

    Args:
        path: the path of the .mlpackage.
        accumulate_fp16: whether operators with an fp16 result also sum in fp16, to show what overflows on hardware
            with narrow accumulators; ``accumulation.py`` describes this approximation.

    Attributes:
        inputs: the inputs, in the order of the program.
        outputs: the outputs, in the order of the program.
        metadata: the model's custom metadata.
        value_names: the names of all values that the program computes, in order; ``intermediates`` can list these.

    Raises:
        InvalidPackage: the path is not an intact ML Program.
        UnsupportedOperator: the program uses operators that have no implementation here.
    """

    def __init__(self, path: Path, *, accumulate_fp16: bool = False) -> None:
        loaded = load_program(path)
        self.metadata: dict[str, str] = loaded.metadata
        self._schedule = build_schedule(loaded.function, accumulate_fp16=accumulate_fp16)
        self.inputs: tuple[InputFeature, ...] = tuple(
            input_feature(variable, loaded.description) for variable in self._schedule.inputs
        )
        self.outputs: tuple[OutputFeature, ...] = tuple(
            output_feature(variable, loaded.description) for variable in self._schedule.outputs
        )
        self.value_names: tuple[str, ...] = tuple(
            variable.name for step in self._schedule.steps for variable in step.outputs
        )

    def run(self, inputs: Mapping[str, np.ndarray], *, intermediates: Intermediates = ()) -> dict[str, OutputValue]:
        """Compute the outputs.

        Args:
            inputs: name -> array of exactly the declared shape and dtype; images as for ``image_to_planes``.
            intermediates: additional values to return, by MIL's variable names.

        Returns:
            The name -> value of each output and of each requested intermediate value, in the declared dtypes.

        Raises:
            InvalidInput: an input does not fit its declaration.
            UnknownValue: ``intermediates`` lists a name that no value has.
            OperatorError: an operator failed.
        """
        wanted = self._wanted(intermediates)
        return execute(self._schedule, prepare_inputs(self.inputs, self._schedule.inputs, inputs), wanted)

    def _wanted(self, intermediates: Intermediates) -> frozenset[str]:
        if callable(intermediates):
            return frozenset(filter(intermediates, self.value_names))
        unknown = set(intermediates) - set(self.value_names)
        if unknown:
            raise UnknownValue(f"the program computes no value named {', '.join(sorted(unknown))}")
        return frozenset(intermediates)
