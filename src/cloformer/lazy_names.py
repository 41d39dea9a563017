"""Names of a package that are imported on first use, so that a command that refuses a request imports little."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_names(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of ``package``, whose names come from its ``modules``, by name."""

    def get(name: str) -> Any:  # noqa: ANN401 - a module attribute may be anything
        if name in modules:
            return getattr(import_module(f".{modules[name]}", package), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return get
