"""Collecting the ``spec`` modules of a package's folders: adding such a folder is enough to register it."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from types import ModuleType


def spec_modules(package: str) -> Iterator[ModuleType]:
    """Import and yield the ``spec`` module of every folder of ``package`` that has one, sorted by folder name."""
    for folder in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        if folder.ispkg and importlib.util.find_spec(f"{folder.name}.spec"):
            yield importlib.import_module(f"{folder.name}.spec")
