"""A check of the tests themselves: ``python -m tests.mutations`` plants faults and says which tier catches each.

Each fault is one change of one file, planted in a copy of the working tree. The tests that should notice it run there,
first those of the default tier and then, where these pass, those of the nightly one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.faults import FAULTS, Fault

ROOT = Path(__file__).parent.parent

TIERS = {"default": "not nightly and not device", "nightly": "nightly"}

VERDICTS = {0: "missed", 1: "caught", 5: "no test"}
"""pytest's exit codes. Any other is a fault that breaks the tests themselves, and so shows nothing."""


def copy_tree(folder: Path) -> Path:
    """Copy the files and links that git knows into a folder of their own."""
    copy = folder / "copy"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines():
        if (ROOT / name).exists():  # not one that was deleted since
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name, follow_symlinks=False)
    return copy


def plant(fault: Fault, copy: Path) -> None:
    """Make the change."""
    file = copy / fault.file
    text = file.read_text("utf-8")
    if text.count(fault.old) != 1:
        raise SystemExit(f"{fault.name}: {fault.file} no longer has exactly one {fault.old!r}")
    file.write_text(text.replace(fault.old, fault.new), "utf-8")


def verdict(fault: Fault, copy: Path, tier: str) -> str:
    """Run one tier of the tests that should notice the fault."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-W", "ignore", "-m", TIERS[tier], *fault.tests]
    environment = {**os.environ, "PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    said = VERDICTS.get(done.returncode, "broken") if failed or done.returncode != 1 else "broken"
    return f"{said} by {tier}" + (f": {failed[0].removeprefix('FAILED ').partition(' - ')[0]}" if failed else "")


def main() -> None:
    """Plant the faults that were asked for, or all, one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults", nargs="*", help="numbers of faults; by default all")
    asked = [int(number) for number in parser.parse_args().faults]
    for number, fault in enumerate(FAULTS, start=1):
        if asked and number not in asked:
            continue
        with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
            copy = copy_tree(Path(folder))
            plant(fault, copy)
            said = verdict(fault, copy, "default")
            if not said.startswith("caught"):
                said += "; " + verdict(fault, copy, "nightly")
        print(f"{number}. {fault.name}: {said}", flush=True)


if __name__ == "__main__":
    main()
