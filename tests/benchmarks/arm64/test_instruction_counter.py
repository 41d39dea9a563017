"""The plugin in the emulator, on a program whose every instruction is known."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cloformer.benchmarks.arm64.counts import InstructionCounts, instructions_between, parse_marks, split_inferences
from cloformer.benchmarks.arm64.host_tools import CROSS_PREFIX, HostTools
from cloformer.benchmarks.arm64.native_build import PLUGIN, build_plugin

MARK = "mov x0, #{number}\nmov x8, #156\nsvc #0\n"
EXIT = "mov x0, #0\nmov x8, #93\nsvc #0\n"

LOOP = (
    ".global _start\n_start:\n"
    + MARK.format(number=0)
    + "ldr x9, =1000\nadr x1, place\n"
    + "again:\nldr q0, [x1]\nfmla v1.4s, v0.4s, v0.4s\nstr d1, [x1]\nsubs x9, x9, #1\nb.ne again\n"
    + MARK.format(number=7)
    + MARK.format(number=0)
    + EXIT
    + ".data\n.balign 16\nplace: .skip 16\n"
)


@pytest.fixture(scope="module")
def marks_file(host_tools: HostTools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("counter")
    build_plugin(folder)
    (folder / "loop.s").write_text(LOOP)
    compiler = [f"{CROSS_PREFIX}gcc", "-nostdlib", "-static", folder / "loop.s", "-o", folder / "loop"]
    subprocess.run(compiler, check=True)
    plugin = f"{folder / PLUGIN},out={folder / 'counts.txt'}"
    subprocess.run(["qemu-aarch64", "-cpu", "cortex-a53", "-plugin", plugin, folder / "loop"], check=True)
    return folder / "counts.txt"


def test_a_loop_is_counted_to_the_instruction(marks_file: Path) -> None:
    ((start, middle, end),) = split_inferences(parse_marks(marks_file.read_text()), 1)
    assert (start.number, middle.number, end.number) == (0, 7, 0)
    # From one mark's svc to the next: the three instructions of a mark are among them.
    assert instructions_between(start, middle) == InstructionCounts(
        total=5000 + 2 + 3,
        loads=1001,
        stores=1000,
        branches=1001,
        integer_alu=1000 + 1 + 2,
        simd_fp=1000,
        sve=0,
        sme=0,
        load_bytes=1000 * 16 + 8,
        store_bytes=1000 * 8,
        fp32_fma_lanes=4000,
        fp16_fma_lanes=0,
        dot=0,
        mmla=0,
    )
    assert instructions_between(middle, end).total == 3
