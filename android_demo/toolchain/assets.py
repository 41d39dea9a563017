"""Export the bundle that the app ships: ``python -m toolchain.assets FOLDER -- COMMAND...``.

``COMMAND`` is ``cloformer-export`` with its options. ``FOLDER/files.txt`` lists the files in the folder, because an app
is slow to list its assets.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from .failures import exit_with, run

_NOT_FOR_PHONES = ("report.json",)

_REPOSITORY = Path(__file__).resolve().parents[2]
_INSTALL = f"install the toolkit: pip install -c {_REPOSITORY}/constraints.txt -e {_REPOSITORY}"


def export_bundle(folder: Path, command: Sequence[str]) -> None:
    """Replace ``folder`` by the export of ``command``.

    Raises:
        ToolchainError: the export failed.
    """
    unfinished = folder.with_name(f"unfinished-{folder.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    run([*command, "--output", str(unfinished)], remedy=_INSTALL)
    for name in _NOT_FOR_PHONES:
        for path in unfinished.glob(f"*/{name}"):
            path.unlink()
    files = sorted(path.relative_to(unfinished).as_posix() for path in unfinished.glob("*/**/*") if path.is_file())
    (unfinished / "files.txt").write_text("".join(f"{name}\n" for name in files), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished.rename(folder)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("command", nargs="+")
    given = parser.parse_args()
    export_bundle(given.folder, given.command)


if __name__ == "__main__":
    exit_with(_main)
