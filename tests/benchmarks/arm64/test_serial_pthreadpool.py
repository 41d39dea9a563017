"""The generated thread pool calls its task with what the library documents, in the same order."""

from __future__ import annotations

import itertools
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
import torch

from cloformer.benchmarks.arm64.host_tools import CROSS_PREFIX, HostTools
from cloformer.benchmarks.arm64.serial_pthreadpool import serial_pthreadpool
from cloformer.model import ConversionError

UARCH = 7

DRIVER = """
#include <stdio.h>
void print(void *context, {types}) {{ printf({format}, {names}); }}
int main(void) {{ {function}(0, print, 0, {arguments}, 0); }}
"""


def calls(
    function: str, folder: Path, arguments: Iterable[int], count: int, integers: tuple[str, ...]
) -> list[tuple[int, ...]]:
    """Run one function with a task that prints its ``count`` arguments."""
    kinds = [*integers, *["size_t"] * (count - len(integers))]
    names = [f"a{index}" for index in range(count)]
    driver = DRIVER.format(
        function=function,
        types=", ".join(f"{kind} {name}" for kind, name in zip(kinds, names, strict=True)),
        format='"' + " ".join("%u" if kind == "uint32_t" else "%zu" for kind in kinds) + '\\n"',
        names=", ".join(names),
        arguments=", ".join(map(str, arguments)),
    )
    source, program = folder / "pool.c", folder / "pool"
    source.write_text(serial_pthreadpool([function]) + driver)
    compiler = [f"{CROSS_PREFIX}gcc", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-static"]
    subprocess.run([*compiler, source, "-o", program], check=True)
    lines = subprocess.run(["qemu-aarch64", program], check=True, capture_output=True, text=True).stdout.splitlines()
    return [tuple(map(int, line.split())) for line in lines]


def tiles(length: int, size: int) -> list[tuple[int, int]]:
    return [(start, min(size, length - start)) for start in range(0, length, size)]


def test_axes_run_in_order(host_tools: HostTools, tmp_path: Path) -> None:
    found = calls("pthreadpool_parallelize_3d", tmp_path, (2, 1, 3), 3, ())
    assert found == list(itertools.product(range(2), range(1), range(3)))


def test_the_last_tile_of_an_axis_is_what_is_left(host_tools: HostTools, tmp_path: Path) -> None:
    found = calls("pthreadpool_parallelize_3d_tile_2d", tmp_path, (2, 5, 7, 2, 4), 5, ())
    assert found == [
        (i, j, k, size_j, size_k) for i in range(2) for j, size_j in tiles(5, 2) for k, size_k in tiles(7, 4)
    ]


def test_a_dynamic_axis_is_taken_whole(host_tools: HostTools, tmp_path: Path) -> None:
    found = calls("pthreadpool_parallelize_2d_tile_1d_dynamic", tmp_path, (3, 7, 2), 3, ())
    assert found == [(i, 0, 7) for i in range(3)]


def test_the_core_and_the_thread_come_first(host_tools: HostTools, tmp_path: Path) -> None:
    function = "pthreadpool_parallelize_3d_tile_1d_with_uarch_with_thread"
    found = calls(function, tmp_path, (UARCH, 9, 2, 2, 5, 3), 6, ("uint32_t",))
    assert found == [(UARCH, 0, i, j, k, size) for i in range(2) for j in range(2) for k, size in tiles(5, 3)]


def test_an_empty_axis_calls_nothing(host_tools: HostTools, tmp_path: Path) -> None:
    assert calls("pthreadpool_parallelize_2d_tile_2d", tmp_path, (0, 4, 2, 2), 4, ()) == []


def test_every_function_of_the_library_can_be_made(host_tools: HostTools, tmp_path: Path) -> None:
    header = (Path(torch.__file__).parent / "include/pthreadpool.h").read_text()
    functions = sorted(set(re.findall(r"^void (pthreadpool_parallelize_\w+)\(", header, re.MULTILINE)))
    assert len(functions) > 40
    source = tmp_path / "all.c"
    source.write_text(serial_pthreadpool(functions))
    compiler = [f"{CROSS_PREFIX}gcc", "-Wall", "-Wextra", "-Werror", "-c"]
    subprocess.run([*compiler, source, "-o", tmp_path / "all.o"], check=True)


def test_a_name_outside_the_librarys_rules_is_refused() -> None:
    with pytest.raises(ConversionError, match="pthreadpool_parallelize_spheres"):
        serial_pthreadpool(["pthreadpool_parallelize_spheres"])
