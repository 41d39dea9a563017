"""Instruction counts, and how they are read from what the emulator's plugin writes."""

from __future__ import annotations

from cloformer.model import ConversionError
from cloformer.runtimes.manifest import Facts

INFERENCE = "inference"
"""The kind of mark that starts or ends an inference."""


class InstructionCounts(Facts):
    """Instructions on an emulated core, by class. The first seven classes add up to ``total``.

    Attributes:
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


def parse_inferences(text: str) -> list[InstructionCounts]:
    """Return the counts of each inference: the counters at its end less those at its start.

    Raises:
        ConversionError: the plugin's output is cut off or empty.
    """
    lines = [line.split() for line in text.splitlines()]
    if not lines or lines[0][:1] != ["kind"]:
        raise ConversionError("the emulator's plugin counted nothing", "run cloformer-bench arm64 --setup")
    names = lines[0][1:]
    marks = [[int(value) for value in line[1:]] for line in lines[1:] if line[0] == INFERENCE]
    if len(marks) % 2 or any(len(mark) != len(names) for mark in marks):
        raise ConversionError("the emulator's plugin was cut off while it counted", "run it again")
    return [_difference(names, *pair) for pair in zip(marks[::2], marks[1::2], strict=True)]


def _difference(names: list[str], start: list[int], end: list[int]) -> InstructionCounts:
    counts = {name: after - before for name, before, after in zip(names, start, end, strict=True)}
    return InstructionCounts(total=sum(counts[name] for name in CLASSES), **counts)
