"""The Android app is built by its own Makefile; what is up to date is not built again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from android_demo.toolchain.debian import missing_commands

ANDROID_DEMO = Path(__file__).parents[2] / "android_demo"
BUILD = ANDROID_DEMO / "build"

Make = Callable[[str], Path]


@pytest.fixture(scope="session")
def make() -> Make:
    """Make one of the Makefile's targets, such as ``build/cloformer.apk``, and return its path.

    Skips where the tools are missing; CI has them.
    """
    missing = missing_commands()
    if missing and "CI" not in os.environ:
        pytest.skip(f"{', '.join(missing)} not installed: make -C android_demo setup, as root on Debian")
    BUILD.mkdir(exist_ok=True)

    def build(target: str) -> Path:
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        command = ["make", "-C", str(ANDROID_DEMO), f"PYTHON={sys.executable}", target]
        with FileLock(BUILD / "make.lock"):  # the workers of pytest-xdist build one thing after another
            made = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert made.returncode == 0, (made.stdout + made.stderr)[-6000:]
        return ANDROID_DEMO / target

    return build


@pytest.fixture(scope="session")
def apk(make: Make) -> Path:
    """The signed app."""
    return make("build/cloformer.apk")
