"""Names the Debian packages that the build needs: ``python -m toolchain.debian``."""

from __future__ import annotations

import tomllib
from pathlib import Path


def debian_packages() -> list[str]:
    """Return their names."""
    listed = tomllib.loads(Path(__file__).with_name("packages.toml").read_text("utf-8"))
    names: list[str] = listed["debian"]["packages"]
    return names


if __name__ == "__main__":
    print(*debian_packages())
