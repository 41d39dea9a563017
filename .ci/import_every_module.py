"""Import every module of the installed package, which must lie below the folder that is named."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

import cloformer

_OPTIONAL = {
    "adbutils",
    "coreai",
    "coreai_opt",
    "coreai_torch",
    "onnxruntime_qnn",
    "pymobiledevice3",
    "timm",
    "torchvision",
}
"""What the extras bring, by the names that are imported."""


def main() -> int:
    """Import them and say what cannot be; of what an extra brings, any may be missing."""
    if not Path(cloformer.__file__).is_relative_to(sys.argv[1]):
        print(f"cloformer was imported from {cloformer.__file__}, which is not in {sys.argv[1]}")
        return 1
    names = [each.name for each in pkgutil.walk_packages(cloformer.__path__, "cloformer.")]
    found = {name: _missing(name) for name in names if not name.endswith(".__main__")}  # those would run
    lacking = {name: package for name, package in found.items() if package}
    for name, package in lacking.items():
        print(f"{name} needs {package}")
    print(f"imported {len(found) - len(lacking)} of {len(found)} modules of cloformer {cloformer.__version__}")
    return 0 if set(lacking.values()) <= _OPTIONAL else 1


def _missing(module: str) -> str | None:
    """Import a module; return the package that it needs where that is not installed."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        return (error.name or module).partition(".")[0]
    return None


if __name__ == "__main__":
    sys.exit(main())
