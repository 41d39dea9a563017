"""The emulated cores, and what a runtime can find out about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cloformer.model import UsageError

_IMPLEMENTER_ARM = 0x41


@dataclass(frozen=True)
class Core:
    """A CPU core found in phones.

    Attributes:
        title: name shown to users.
        qemu_cpu: QEMU's model that emulates its instruction set.
        midr: main ID register, by which XNNPACK and ONNX Runtime choose kernels.
        features: features as Linux lists them in /proc/cpuinfo; runtimes ask the kernel for the emulated features.
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
    # QEMU 7.2 has no such core. This is its "max" without SVE and SME, which phones' runtimes do not use; SME is also
    # wrong in QEMU 7.2 (int8 results differ; QEMU 11 agrees with the other cores).
    "i8mm": Core("Cortex-X3 (i8mm, without SVE)", "max,sve=off,sme=off", 0x411FD4E0, f"{_ARMV8_2} i8mm bf16"),
}
"""Cores by their name for ``--core``, from the weakest to the strongest."""


def find_core(name: str) -> Core:
    """Return the core with this name.

    Raises:
        UsageError: there is no such core.
    """
    if name not in CORES:
        raise UsageError(f"there is no emulated core {name!r}", f"give one of {', '.join(CORES)}, or all")
    return CORES[name]


def write_system_files(root: Path, core: Core) -> None:
    """Write the files in which Linux describes one such core below ``root``, where the emulator redirects reads.

    Without these files, a runtime reads those of the host, which has another architecture, and crashes.
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
