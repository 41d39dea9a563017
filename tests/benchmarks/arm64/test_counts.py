"""Reading the output of the emulator's plugin."""

from __future__ import annotations

import pytest

from cloformer.benchmarks.arm64.counts import (
    CLASSES,
    InstructionCounts,
    instructions_between,
    parse_marks,
    split_inferences,
)
from cloformer.model import ConversionError

NAMES = [name for name in InstructionCounts.model_fields if name != "total"]
HEADER = " ".join(["mark", *NAMES])


def line(number: int, counter: int) -> str:
    """Return a mark at which counter i is ``counter`` x (i + 1)."""
    return " ".join(str(value) for value in (number, *(counter * (index + 1) for index in range(len(NAMES)))))


def plugin_output(*lines: str) -> str:
    return "".join(f"{each}\n" for each in (HEADER, *lines))


def test_an_inference_is_what_lies_between_two_marks_of_number_zero() -> None:
    marks = parse_marks(plugin_output(line(0, 10), line(5, 12), line(0, 15), line(0, 20), line(0, 27)))
    first, second = split_inferences(marks, 2)
    assert [mark.number for mark in first] == [0, 5, 0]
    counts = instructions_between(second[0], second[-1])
    assert (counts.loads, counts.stores, counts.mmla) == (7, 14, 7 * len(NAMES))


def test_the_classes_add_up_to_the_total() -> None:
    start, end = parse_marks(plugin_output(line(0, 0), line(0, 1)))
    counts = instructions_between(start, end)
    assert counts.total == sum(getattr(counts, name) for name in CLASSES) == 1 + 2 + 3 + 4 + 5 + 6 + 7


@pytest.mark.parametrize(
    "text",
    ["", "\n", "mark\n", plugin_output(line(0, 1), line(0, 2)[:-20]), plugin_output("0 1 2")],
    ids=["empty", "blank", "no names", "last line cut off", "too few counters"],
)
def test_output_that_is_cut_off_is_refused(text: str) -> None:
    with pytest.raises(ConversionError, match="truncated"):
        parse_marks(text)


def test_a_process_that_ended_within_an_inference_is_refused() -> None:
    marks = parse_marks(plugin_output(line(0, 1), line(0, 2), line(0, 3)))
    with pytest.raises(ConversionError, match=r"saw 1.5 of 2 inferences"):
        split_inferences(marks, 2)


def test_a_plugin_that_saw_nothing_is_refused() -> None:
    with pytest.raises(ConversionError, match=r"saw 0 of 2 inferences"):
        split_inferences(parse_marks(plugin_output()), 2)
