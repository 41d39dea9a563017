"""Running an ML Program, operator by operator."""

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
"""Names of values, or a function that says of each name whether it is wanted."""


class CoreMLProgram:
    """An .mlpackage, ready to run. Runs do not change it, so threads may share it.

    fp16 values are rounded after every operator; within one, it computes in float32, as hardware with wide
    accumulators does. torch's thread count applies.

    Args:
        path: the .mlpackage.
        accumulate_fp16: sum in fp16 too wherever an operator's result is fp16, to see what overflows on
            hardware with narrow accumulators; an approximation that ``accumulation.py`` describes.

    Attributes:
        inputs: in the order of the program.
        outputs: in the order of the program.
        metadata: what the model says of itself, by its own keys.
        value_names: every value that the program computes, in order; ``intermediates`` can name these.

    Raises:
        InvalidPackage: the path does not hold an intact ML Program.
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
            intermediates: values to return beside the outputs, by MIL's variable names.

        Returns:
            Name -> value of each output and of each intermediate value asked for, in the declared dtypes.

        Raises:
            InvalidInput: an input does not fit its declaration.
            UnknownValue: no value has a name that ``intermediates`` lists.
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
