"""What the packaged native libraries say of themselves: 64-bit little-endian ELF, as both ABIs have."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_PT_LOAD, _PT_DYNAMIC = 1, 2
_DT_NEEDED, _DT_STRTAB = 1, 5
_MACHINES = {62: "x86_64", 183: "arm64-v8a"}


@dataclass(frozen=True)
class Elf:
    """One shared library.

    Attributes:
        abi: for which Android ABI it is.
        alignments: of its loadable segments.
        needed: libraries that it loads.
    """

    abi: str
    alignments: tuple[int, ...]
    needed: tuple[str, ...]


def read_elf(contents: bytes) -> Elf:
    """Read the headers of a library."""
    assert contents[:6] == b"\x7fELF\x02\x01"
    (machine,) = struct.unpack_from("<H", contents, 18)
    (start,) = struct.unpack_from("<Q", contents, 32)
    size, count = struct.unpack_from("<HH", contents, 54)
    # type, flags, offset, virtual address, physical address, size in file, size in memory, alignment
    headers = [struct.unpack_from("<IIQQQQQQ", contents, start + index * size) for index in range(count)]
    loads = [header for header in headers if header[0] == _PT_LOAD]
    dynamic = next(header for header in headers if header[0] == _PT_DYNAMIC)
    entries = [struct.unpack_from("<QQ", contents, dynamic[2] + at) for at in range(0, dynamic[5], 16)]
    names = _file_offset(dict(entries)[_DT_STRTAB], loads)
    return Elf(
        abi=_MACHINES[machine],
        alignments=tuple(header[7] for header in loads),
        needed=tuple(_text(contents, names + value) for tag, value in entries if tag == _DT_NEEDED),
    )


def _file_offset(address: int, loads: list[tuple[int, ...]]) -> int:
    segment = next(load for load in loads if load[3] <= address < load[3] + load[6])
    return address - segment[3] + segment[2]


def _text(contents: bytes, start: int) -> str:
    return contents[start : contents.index(b"\0", start)].decode()
