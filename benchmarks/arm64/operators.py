"""Assigning instructions to operators: the runtime profiles itself, and each of its clock readings makes a mark.

In such a run, the clock counts its readings (native/operator_clock.c), so the times in a profile are numbers of marks.
XNNPACK's profile costs next to nothing within operators. ONNX Runtime's describes each operator's tensors before it
reads the clock again, which adds 20 to 40 thousand instructions per operator.
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
        kind: name of the kernel in the runtime.
        node: name of the node in the ONNX graph; null if the runtime does not report it.
        shapes: shapes of the inputs; null if the runtime does not report them.
    """

    kind: str
    node: str | None
    shapes: tuple[tuple[int, ...], ...] | None
    instructions: InstructionCounts


@dataclass(frozen=True)
class _Interval:
    """The marks between which an operator ran."""

    first: int
    last: int
    kind: str
    node: str | None = None
    shapes: tuple[tuple[int, ...], ...] | None = None


def read_operator_counts(inference: list[Mark], prefix: Path) -> list[OperatorCounts]:
    """Return the operators of one inference; the runtime's profile is in a file whose name starts with ``prefix``.

    Raises:
        ConversionError: there is no profile, or it does not match the marks.
    """
    profile = next(prefix.parent.glob(f"{prefix.name}*"), None)
    if profile is None:
        raise ConversionError("the emulated runtime wrote no profile", "report it")
    intervals = _of_onnxruntime(profile) if profile.suffix == ".json" else _of_executorch(profile)
    marks = {mark.number: mark for mark in inference[1:-1]}
    found = [each for each in intervals if each.first in marks]
    if not found or any(each.last not in marks for each in found):
        raise ConversionError("the emulated runtime's profile does not match the marks", "report it")
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
    """Read ONNX Runtime's events, whose ``ts`` and ``dur`` are the start and duration in microseconds."""
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
    """Read the lines written by native/executorch_operators.cpp: first mark, last mark, name."""
    lines = (line.split(" ", 2) for line in profile.read_text("utf-8").splitlines())
    return [_Interval(int(first), int(last), kind) for first, last, kind in lines]
