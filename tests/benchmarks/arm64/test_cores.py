"""The facts about emulated cores that runtimes see."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cloformer.benchmarks.arm64.cores import CORES, Core, find_core, write_system_files
from cloformer.benchmarks.arm64.host_tools import CROSS_PREFIX, HostTools
from cloformer.model import UsageError

HWCAPS = {"asimddp": (16, 20), "asimdhp": (16, 10), "atomics": (16, 8), "i8mm": (26, 13), "bf16": (26, 14)}
"""The auxiliary vector and the bit that report each of Linux's features."""

PRINT_VECTORS = r"""
#include <stdio.h>
#include <sys/auxv.h>
int main() { printf("%lu %lu", getauxval(16), getauxval(26)); }
"""


def test_an_unknown_core_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="'a77'") as failure:
        find_core("a77")
    assert "a53, a76, i8mm, or all" in failure.value.remedy


@pytest.mark.parametrize(
    ("name", "part", "variant", "revision"), [("a53", "0xd03", "0x0", 4), ("a76", "0xd0b", "0x4", 1)]
)
def test_cpuinfo_tells_the_fields_of_the_main_id_register(
    name: str, part: str, variant: str, revision: int, tmp_path: Path
) -> None:
    write_system_files(tmp_path, CORES[name])
    lines = (tmp_path / "proc/cpuinfo").read_text().splitlines()
    fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines if line)}
    assert fields["CPU implementer"] == "0x41"
    assert (fields["CPU part"], fields["CPU variant"], int(fields["CPU revision"])) == (part, variant, revision)
    assert ("asimddp" in fields["Features"].split()) == (name != "a53")


@pytest.mark.parametrize("core", CORES.values(), ids=CORES)
def test_there_is_exactly_one_processor(core: Core, tmp_path: Path) -> None:
    write_system_files(tmp_path, core)
    assert (tmp_path / "proc/cpuinfo").read_text().count("processor") == 1
    assert (tmp_path / "sys/devices/system/cpu/possible").read_text() == "0\n"


@pytest.mark.parametrize("core", CORES.values(), ids=CORES)
def test_sve_and_sme_are_off(core: Core) -> None:
    """QEMU 7.2's SME computes int8 wrongly, and its SVE vectors have a length that no phone has."""
    cpu = core.qemu_cpu
    assert not cpu.startswith("max") or {"sve=off", "sme=off"} <= set(cpu.split(","))


@pytest.mark.parametrize("name", CORES)
def test_the_emulator_has_the_features_that_cpuinfo_tells(name: str, host_tools: HostTools, tmp_path: Path) -> None:
    (tmp_path / "vectors.c").write_text(PRINT_VECTORS)
    program = tmp_path / "vectors"
    subprocess.run([f"{CROSS_PREFIX}gcc", "-static", tmp_path / "vectors.c", "-o", program], check=True)
    core = CORES[name]
    emulator = ["qemu-aarch64", "-cpu", core.qemu_cpu, program]
    printed = subprocess.run(emulator, check=True, capture_output=True, text=True).stdout.split()
    vectors = {16: int(printed[0]), 26: int(printed[1])}
    for feature, (vector, bit) in HWCAPS.items():
        assert (feature in core.features.split()) == bool(vectors[vector] >> bit & 1), feature
