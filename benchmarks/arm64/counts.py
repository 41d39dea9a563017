"""Instruction counts, and how they are read from what the emulator's plugin writes."""

from __future__ import annotations

from dataclasses import dataclass

from cloformer.model import ConversionError
from cloformer.runtimes.bundle.manifest import Facts

_INFERENCE = 0
"""The number of a mark that starts or ends an inference; others are numbered from 1."""


class InstructionCounts(Facts):
    """Instructions on an emulated core, by class. The first seven classes add up to ``total``.

    Attributes:
        loads: prefetches among them, and atomic updates.
        branches: system instructions among them.
        simd_fp: Advanced SIMD and scalar floating point, multiply-adds included.
        sme: with what is unallocated.
        fp32_fma_lanes: multiply-adds that accumulate in fp32, a vector's lanes counted each, a tile's padding included.
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
"""The classes that part all instructions."""


@dataclass(frozen=True)
class Mark:
    """A moment of the emulated process.

    Attributes:
        number: 0 where an inference starts or ends.
        counters: instructions so far, by class.
    """

    number: int
    counters: dict[str, int]


def parse_marks(text: str) -> list[Mark]:
    """Read the plugin's file: a line of names, then one line a mark.

    Raises:
        ConversionError: it is empty or cut off.
    """
    header, *rows = [line.split() for line in text.splitlines()] or [[]]
    names = header[1:]
    if not names or any(len(row) != len(header) for row in rows):
        raise ConversionError("the emulator's plugin was cut off while it counted", "run it again")
    return [Mark(int(row[0]), dict(zip(names, map(int, row[1:]), strict=True))) for row in rows]


def split_inferences(marks: list[Mark], expected: int) -> list[list[Mark]]:
    """Return the marks of each inference, from the one at its start to the one at its end.

    Raises:
        ConversionError: there are not as many as ``expected``.
    """
    bounds = [index for index, mark in enumerate(marks) if mark.number == _INFERENCE]
    if len(bounds) != 2 * expected:
        raise ConversionError(f"the emulator's plugin saw {len(bounds) / 2:g} of {expected} inferences", "run it again")
    return [marks[start : end + 1] for start, end in zip(bounds[::2], bounds[1::2], strict=True)]


def instructions_between(start: Mark, end: Mark) -> InstructionCounts:
    """Return what was executed from one mark to another."""
    counts = {name: end.counters[name] - before for name, before in start.counters.items()}
    return InstructionCounts(total=sum(counts[name] for name in CLASSES), **counts)
