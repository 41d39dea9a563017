"""The rooms of ``export/``: imports run down from one floor to the next, and no target knows another."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import cloformer.export
from cloformer.export.request.registry import TARGETS

EXPORT = Path(cloformer.export.__file__).parent
NAME = "cloformer.export"

FLOORS = (
    "command",
    "pipeline",
    "search",
    "target_module",
    "targets",
    "deployable",
    "quantization",
    "conversion",
    "calibration",
    "forms",
    "request",
    "bundle",
    "parity",
    "reference",
    "graph",
    "report",
    "stages",
    "target_spec",
    "target_options",
)
"""From the top down, as docs/architecture.md has them."""

MOST_LOOSE_FILES = 8


def imported_by(path: Path) -> Iterator[str]:
    """Every module of ``cloformer.export`` that a file imports, wherever in the file."""
    package = [NAME, *path.relative_to(EXPORT).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names if module.startswith(NAME))
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith(NAME))


def room_of(parts: tuple[str, ...]) -> str:
    """The folder or loose file that a module below ``cloformer.export`` is in."""
    return parts[0].removesuffix(".py")


def imports_between_rooms() -> set[tuple[str, str]]:
    found = set()
    for path in EXPORT.rglob("*.py"):
        room = room_of(path.relative_to(EXPORT).parts)
        for module in imported_by(path):
            other = room_of(tuple(module.removeprefix(f"{NAME}.").split(".")))
            if room not in (other, "__init__"):
                found.add((room, other))
    return found


def test_every_room_has_its_floor() -> None:
    rooms = {path.stem for path in EXPORT.iterdir() if not path.name.startswith("__")}
    assert rooms == set(FLOORS)


def test_no_import_runs_back_up() -> None:
    found = imports_between_rooms()
    assert len(found) > 20  # the search for imports works
    assert [(room, other) for room, other in found if FLOORS.index(other) < FLOORS.index(room)] == []


def test_no_target_imports_another() -> None:
    for name in TARGETS:
        others = [f"{NAME}.targets.{other}" for other in TARGETS if other != name]
        files = list((EXPORT / "targets" / name).rglob("*.py"))
        imported = [module for path in files for module in imported_by(path)]
        assert len(files) >= 3
        assert [module for module in imported if module.startswith(tuple(others))] == []


def test_only_folders_of_targets_name_a_target() -> None:
    """Elsewhere the specs say what a target is: no branch and no list names one."""
    for path in EXPORT.rglob("*.py"):
        if "targets" not in path.parts:
            texts = {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
            assert texts.isdisjoint(TARGETS), path


def test_few_files_lie_outside_the_rooms() -> None:
    assert len(list(EXPORT.glob("*.py"))) <= MOST_LOOSE_FILES
