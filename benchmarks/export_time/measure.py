"""Timing whole processes: our command, and one process for each plain export."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path

import psutil

from cloformer.benchmarks.child import serve
from cloformer.export.request.registry import find_target
from cloformer.export.stages import PeakMemory
from cloformer.model import ConversionError
from cloformer.runtimes.bundle.manifest import Facts
from cloformer.runtimes.processor import processor_name, usable_cores

from .report import CommandCost, ExportTimeReport, OwnExport, PlainExport

_COMMAND = "from cloformer.export.command.cli import main; main()"


@dataclass(frozen=True)
class ExportTimeSettings:
    """One call of the command.

    Attributes:
        targets: the names of the targets.
        variant: the variant of the network.
        size: height and width of the input.
        precision: the precision of our artifacts; None for each target's own.
        jobs: how many of our exports run at once.
        plain: whether the plain exports are timed too.
        command: the command line, which is recorded.
    """

    targets: tuple[str, ...]
    variant: str
    size: tuple[int, int]
    precision: str | None
    jobs: int
    plain: bool
    command: str


class PlainOrder(Facts):
    """One plain export to make in a child process."""

    target: str
    variant: str
    image_size: tuple[int, int]
    path: str


class PlainResult(Facts):
    """The size of what a plain export made."""

    bytes: int


def has_plain_export(target: str) -> bool:
    """Return whether the target's folder has the libraries' own way."""
    return find_spec(f"cloformer.export.targets.{target}.plain") is not None


def measure_export_time(settings: ExportTimeSettings, tell: Callable[[str], None]) -> ExportTimeReport:
    """Time our export of all targets in one command, and then each plain export.

    Raises:
        ConversionError: an export failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        tell(f"cloformer-export --target {','.join(settings.targets)} --jobs {settings.jobs}")
        cost, own = _time_own(settings, Path(folder))
        plain = []
        for target in settings.targets if settings.plain else ():
            tell(f"{find_target(target).title} with its libraries alone")
            plain.append(_time_plain(target, settings, Path(folder)))
    packages = dict.fromkeys(package for target in settings.targets for package in find_target(target).packages)
    return ExportTimeReport(
        machine=f"{processor_name()}, {usable_cores()} cores",
        versions={package: metadata.version(package) for package in packages},
        variant=settings.variant,
        image_size=settings.size,
        precision=settings.precision,
        jobs=settings.jobs,
        plain=tuple(plain),
        own=tuple(own),
        cost=cost,
        command=settings.command,
    )


def _time_own(settings: ExportTimeSettings, folder: Path) -> tuple[CommandCost, list[OwnExport]]:
    height, width = settings.size
    arguments = ["--target", ",".join(settings.targets), "--variant", settings.variant, "--json"]
    arguments += ["--image-size", f"{height}x{width}", "--jobs", str(settings.jobs), "--output", str(folder / "own")]
    arguments += ["--precision", settings.precision] if settings.precision else []
    cost, printed = _time_command([sys.executable, "-c", _COMMAND, *arguments])
    exports = [
        OwnExport(
            target=artifact["target"],
            seconds=artifact["seconds"],
            peak_mb=artifact["peak_rss_mb"],
            stages=artifact["stages"],
        )
        for artifact in json.loads(printed)["artifacts"]
    ]
    return cost, exports


def _time_plain(target: str, settings: ExportTimeSettings, folder: Path) -> PlainExport:
    path = folder / f"plain{find_target(target).suffix}"
    order = PlainOrder(target=target, variant=settings.variant, image_size=settings.size, path=str(path))
    cost, _ = _time_command([sys.executable, "-m", __name__], order.model_dump_json())
    return PlainExport(target=target, cost=cost)


def _time_command(command: list[str], order: str = "") -> tuple[CommandCost, str]:
    """Run a command; return what it takes and what it prints."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with PeakMemory(lambda: _tree_memory(process.pid)) as memory:
        printed, told = process.communicate(order)
        seconds = time.perf_counter() - start
    if process.returncode:
        last = (told.strip().splitlines() or printed.strip().splitlines() or ["it said nothing"])[-1]
        raise ConversionError(f"an export ended with code {process.returncode}: {last}", "run it by itself")
    return CommandCost(seconds=round(seconds, 2), peak_mb=round(memory.megabytes, 1)), printed


def _tree_memory(pid: int) -> int:
    """Return the bytes of resident memory of a process and all its descendants; 0 if one of them has just ended."""
    try:
        root = psutil.Process(pid)
        return sum(process.memory_info().rss for process in [root, *root.children(recursive=True)])
    except psutil.Error:
        return 0


def _export_plainly(order: PlainOrder) -> PlainResult:
    from cloformer.model import create_model  # noqa: PLC0415 - only the child needs PyTorch

    plain = import_module(f"cloformer.export.targets.{order.target}.plain")
    path = Path(order.path)
    plain.convert_plainly(create_model(order.variant).eval(), (1, 3, *order.image_size), path)
    return PlainResult(bytes=sum(file.stat().st_size for file in [path, *path.rglob("*")] if file.is_file()))


if __name__ == "__main__":
    serve(_export_plainly, PlainOrder)
