"""What ExecuTorch's Python extension needs of PyTorch and Python, found in the file itself, and sources that stand in.

The extension holds the whole C++ runtime, and runs without either: at run time it calls PyTorch's pthreadpool and
cpuinfo alone. The rest must exist for the loader, and stops the process by name if it is ever called.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .host_tools import CROSS_PREFIX
from .serial_pthreadpool import PARALLELIZE, serial_pthreadpool

_JUMP_SLOT = re.compile(r"R_AARCH64_JUMP_SLOT\s+\S+\s+(\S+)")
_VARIABLE_BYTES = 4096
"""Of each stand-in for a variable: more than any of Python's or PyTorch's that the extension names."""


@dataclass(frozen=True)
class Needs:
    """Symbols that a library needs and its providers lack.

    Attributes:
        functions: those that it calls.
        variables: those of which it only takes the address.
    """

    functions: tuple[str, ...]
    variables: tuple[str, ...]


def find_needs(library: Path, providers: Iterable[Path]) -> Needs:
    """Return the undefined symbols of ``library``, weak ones aside, that none of ``providers`` defines."""
    undefined = {name for kind, name in _symbols("-D", "--undefined-only", library) if kind == "U"}
    defined = {name for each in providers for _, name in _symbols("-D", "--defined-only", each)}
    relocations = _run("readelf", "-rW", library)
    called = {_without_version(name) for name in _JUMP_SLOT.findall(relocations)}
    missing = undefined - defined
    return Needs(tuple(sorted(missing & called)), tuple(sorted(missing - called)))


def defined_in_object(path: Path) -> set[str]:
    """Return the symbols that an object file defines."""
    return {name for _, name in _symbols("--defined-only", path)}


def write_stand_ins(needs: Needs, by_hand: set[str]) -> str:
    """Return C source for what ``needs`` names, except ``by_hand``, which other sources define."""
    pools = [name for name in needs.functions if name.startswith(PARALLELIZE)]
    functions = [name for name in needs.functions if name not in by_hand and name not in pools]
    variables = [name for name in needs.variables if name not in by_hand]
    lines = [
        serial_pthreadpool(pools),
        "#include <stdio.h>\n#include <stdlib.h>\n",
        *(f'void {name}(void) {{ fputs("{name} was called\\n", stderr); abort(); }}' for name in functions),
        *(f"char {name}[{_VARIABLE_BYTES}] __attribute__((aligned(64)));" for name in variables),
    ]
    return "\n".join(lines) + "\n"


def _symbols(*arguments: str | Path) -> list[tuple[str, str]]:
    """Return the kind and the name of each symbol that nm lists."""
    fields = (line.split() for line in _run("nm", *arguments).splitlines())
    return [(words[-2], _without_version(words[-1])) for words in fields if len(words) >= 2]


def _without_version(name: str) -> str:
    return name.partition("@")[0]


def _run(tool: str, *arguments: str | Path) -> str:
    command = [f"{CROSS_PREFIX}{tool}", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
