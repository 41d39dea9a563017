"""The emulated cores, and what a runtime can read of them: data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cloformer.model import UsageError

_IMPLEMENTER_ARM = 0x41


@dataclass(frozen=True)
class Core:
    """A core that phones have.

    Attributes:
        title: for people.
        qemu_cpu: what emulates its instruction set.
        midr: its main ID register, by which XNNPACK and ONNX Runtime choose kernels.
        features: as Linux lists them in /proc/cpuinfo; what the emulator really has, a runtime asks the kernel.
    """

    title: str
    qemu_cpu: str
    midr: int
    features: str


_ARMV8_0 = "fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid"
_ARMV8_2 = "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp"

CORES: dict[str, Core] = {
    "a53": Core("Cortex-A53 (NEON)", "cortex-a53", 0x410FD034, _ARMV8_0),
    "a76": Core("Cortex-A76 (dot products, fp16)", "cortex-a76", 0x414FD0B1, _ARMV8_2),
    # QEMU 7.2 has no such core: its "max" without SVE and SME, which phones' runtimes do not use, and whose SME is
    # wrong in QEMU 7.2 (int8 results differ; QEMU 11 agrees with the others).
    "i8mm": Core("Cortex-X3 (i8mm, without SVE)", "max,sve=off,sme=off", 0x411FD4E0, f"{_ARMV8_2} i8mm bf16"),
}
"""By the name that ``--core`` takes, from the weakest to the strongest."""


def find_core(name: str) -> Core:
    """Return the core of this name.

    Raises:
        UsageError: there is none.
    """
    if name not in CORES:
        raise UsageError(f"there is no emulated core {name!r}", f"give one of {', '.join(CORES)}, or all")
    return CORES[name]


def write_system_files(root: Path, core: Core) -> None:
    """Write below ``root`` the files in which Linux tells of one such core; the emulator redirects reads there.

    Without them a runtime reads the host's, which are another architecture's: it crashes.
    """
    cpu = root / "sys/devices/system/cpu"
    identification = cpu / "cpu0/regs/identification"
    identification.mkdir(parents=True)
    (identification / "midr_el1").write_text(f"0x{core.midr:016x}\n")
    for name in ("possible", "present", "online"):
        (cpu / name).write_text("0\n")
    (root / "proc").mkdir()
    (root / "proc/cpuinfo").write_text(_cpuinfo(core))


def _cpuinfo(core: Core) -> str:
    lines = {
        "processor": "0",
        "BogoMIPS": "100.00",
        "Features": core.features,
        "CPU implementer": f"0x{_IMPLEMENTER_ARM:02x}",
        "CPU architecture": "8",
        "CPU variant": f"0x{core.midr >> 20 & 0xF:x}",
        "CPU part": f"0x{core.midr >> 4 & 0xFFF:03x}",
        "CPU revision": f"{core.midr & 0xF}",
    }
    return "".join(f"{name}\t: {value}\n" for name, value in lines.items()) + "\n"
