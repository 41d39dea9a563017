"""Instruction counts, and how to read them from the output of the emulator's plugin."""

from __future__ import annotations

from dataclasses import dataclass

from cloformer.model import ConversionError
from cloformer.runtimes.bundle.manifest import Facts

_INFERENCE = 0
"""Number of the marks at the start and end of an inference; other marks are numbered from 1."""


class InstructionCounts(Facts):
    """Instructions on an emulated core, by class. The first seven classes add up to ``total``.

    Attributes:
        loads: loads, including prefetches and atomic updates.
        branches: branches, including system instructions.
        simd_fp: Advanced SIMD and scalar floating point, including multiply-adds.
        sme: SME, including unallocated encodings.
        fp32_fma_lanes: multiply-adds that accumulate in fp32, counted per vector lane and including a tile's padding.
        dot: dot-product instructions.
        mmla: matrix multiply-accumulate instructions.
    """

    total: int
    loads: int
    stores: int
    branches: int
    integer_alu: int
    simd_fp: int
    sve: int
    sme: int
    load_bytes: int
    store_bytes: int
    fp32_fma_lanes: int
    fp16_fma_lanes: int
    dot: int
    mmla: int


CLASSES = ("loads", "stores", "branches", "integer_alu", "simd_fp", "sve", "sme")
"""The disjoint classes that together contain all instructions."""


@dataclass(frozen=True)
class Mark:
    """A moment in the emulated process.

    Attributes:
        number: 0 at the start and end of an inference, and a running number otherwise.
        counters: instructions so far, by class.
    """

    number: int
    counters: dict[str, int]


def parse_marks(text: str) -> list[Mark]:
    """Parse the plugin's file: a line of names, then one line per mark.

    Raises:
        ConversionError: the file is empty or truncated.
    """
    header, *rows = [line.split() for line in text.splitlines()] or [[]]
    names = header[1:]
    if not names or any(len(row) != len(header) for row in rows):
        raise ConversionError("the output of the emulator's plugin is truncated", "run it again")
    return [Mark(int(row[0]), dict(zip(names, map(int, row[1:]), strict=True))) for row in rows]


def split_inferences(marks: list[Mark], expected: int) -> list[list[Mark]]:
    """Return the marks of each inference, from the one at its start to the one at its end.

    Raises:
        ConversionError: the number of inferences is not ``expected``.
    """
    bounds = [index for index, mark in enumerate(marks) if mark.number == _INFERENCE]
    if len(bounds) != 2 * expected:
        raise ConversionError(f"the emulator's plugin saw {len(bounds) / 2:g} of {expected} inferences", "run it again")
    return [marks[start : end + 1] for start, end in zip(bounds[::2], bounds[1::2], strict=True)]


def instructions_between(start: Mark, end: Mark) -> InstructionCounts:
    """Return the instructions executed between two marks."""
    counts = {name: end.counters[name] - before for name, before in start.counters.items()}
    return InstructionCounts(total=sum(counts[name] for name in CLASSES), **counts)
