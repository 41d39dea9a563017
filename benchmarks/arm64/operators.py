"""Which operator took which instructions: a runtime's own profile, and the marks that its readings of the clock made.

In such a run the clock counts its readings (native/operator_clock.c), so a profile's times are numbers of marks.
XNNPACK's profile costs next to nothing within operators; ONNX Runtime's describes each operator's tensors before it
reads the clock again, which adds 20 to 40 thousand instructions to each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from cloformer.model import ConversionError
from cloformer.runtimes.bundle.manifest import Facts

from .counts import InstructionCounts, Mark, instructions_between


class OperatorCounts(Facts):
    """One operator of the graph, in the order of execution.

    Attributes:
        kind: as the runtime names its kernel.
        node: of the ONNX graph; null where the runtime knows no node.
        shapes: of what goes in, where the runtime tells.
    """

    kind: str
    node: str | None
    shapes: tuple[tuple[int, ...], ...] | None
    instructions: InstructionCounts


@dataclass(frozen=True)
class _Interval:
    """From which mark to which an operator ran."""

    first: int
    last: int
    kind: str
    node: str | None = None
    shapes: tuple[tuple[int, ...], ...] | None = None


def read_operator_counts(inference: list[Mark], prefix: Path) -> list[OperatorCounts]:
    """Return the operators of one inference; its runtime wrote a profile to files that begin with ``prefix``.

    Raises:
        ConversionError: there is no profile, or it does not fit the marks.
    """
    profile = next(prefix.parent.glob(f"{prefix.name}*"), None)
    if profile is None:
        raise ConversionError("the emulated runtime wrote no profile", "report it")
    intervals = _of_onnxruntime(profile) if profile.suffix == ".json" else _of_executorch(profile)
    marks = {mark.number: mark for mark in inference[1:-1]}
    found = [each for each in intervals if each.first in marks]
    if not found or any(each.last not in marks for each in found):
        raise ConversionError("the emulated runtime's profile does not fit the marks", "report it")
    return [
        OperatorCounts(
            kind=each.kind,
            node=each.node,
            shapes=each.shapes,
            instructions=instructions_between(marks[each.first], marks[each.last]),
        )
        for each in found
    ]


def _of_onnxruntime(profile: Path) -> list[_Interval]:
    """Read ONNX Runtime's events; ``ts`` and ``dur`` are its start and duration in microseconds."""
    events = json.loads(profile.read_text("utf-8"))
    return [
        _Interval(
            first=event["ts"],
            last=event["ts"] + event["dur"],
            kind=event["args"]["op_name"],
            node=event["name"].removesuffix("_kernel_time"),
            shapes=tuple(tuple(shape) for tensor in event["args"]["input_type_shape"] for shape in tensor.values()),
        )
        for event in events
        if event["cat"] == "Node" and event["name"].endswith("_kernel_time")
    ]


def _of_executorch(profile: Path) -> list[_Interval]:
    """Read the lines of native/executorch_operators.cpp: first mark, last mark, name."""
    lines = (line.split(" ", 2) for line in profile.read_text("utf-8").splitlines())
    return [_Interval(int(first), int(last), kind) for first, last, kind in lines]
