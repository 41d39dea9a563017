"""The command that installs missing packages, from the source that this copy of cloformer was installed from.

cloformer is not on any package index, so the command must never ask an index for that name.
"""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_DISTRIBUTION = "cloformer"
_TESTED_SET = "constraints.txt"


@dataclass(frozen=True)
class _Checkout:
    """The source folder that this copy was installed from, if it still exists with its set of tested versions."""

    folder: Path
    editable: bool


def install_command(packages: Iterable[str], extra: str | None = None) -> str:
    """Return the command that installs ``packages``, which belong to ``extra`` unless it is None.

    If cloformer was installed from a checkout, the command installs that checkout again with its tested versions. Any
    other source may be gone, so the command lists the required versions of the packages themselves.
    """
    checkout = _find_checkout()
    if checkout:
        project = f"{checkout.folder}[{extra}]" if extra else str(checkout.folder)
        editable = ["-e"] if checkout.editable else []
        return shlex.join([*_pip(), "install", "-c", str(checkout.folder / _TESTED_SET), *editable, project])
    return shlex.join([*_pip(), "install", *_specifiers(packages, extra)])


def reinstall_command(package: str) -> str:
    """Return the command that replaces an incomplete build of ``package`` by the published one."""
    return shlex.join([*_pip(), "install", "--force-reinstall", "--no-deps", *_specifiers([package], None)])


def find_requirement(package: str) -> Requirement | None:
    """Return cloformer's requirement for ``package`` (its import name also works), or None if it has none."""
    wanted = canonicalize_name(package)
    return next((each for each in _requirements() if canonicalize_name(each.name) == wanted), None)


def _specifiers(packages: Iterable[str], extra: str | None) -> list[str]:
    found = [(package, find_requirement(package)) for package in packages]
    named = [f"{each.name}{each.specifier}" if each else package for package, each in found]
    brought = [f"{each.name}{each.specifier}" for each in _requirements() if extra and _is_of(extra, each)]
    return list(dict.fromkeys([*named, *brought]))


def _is_of(extra: str, requirement: Requirement) -> bool:
    marker = requirement.marker
    return marker is not None and marker.evaluate({"extra": extra}) and not marker.evaluate({"extra": ""})


def _requirements() -> list[Requirement]:
    try:
        return [Requirement(each) for each in metadata.requires(_DISTRIBUTION) or []]
    except metadata.PackageNotFoundError:
        return []


def _find_checkout() -> _Checkout | None:
    """Return the checkout that this copy was installed from according to ``direct_url.json`` (PEP 610), if any."""
    try:
        text = metadata.distribution(_DISTRIBUTION).read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return None
    origin = json.loads(text) if text else {}
    if "dir_info" not in origin:
        return None
    from urllib.request import url2pathname  # noqa: PLC0415 - it loads an HTTP client, and this is for messages

    folder = Path(url2pathname(urlsplit(origin["url"]).path))
    if not (folder / _TESTED_SET).is_file():
        return None
    return _Checkout(folder, editable=origin["dir_info"].get("editable", False))


def _pip() -> list[str]:
    """Return ``pip`` if the shell finds this Python's pip by that name, else the call of pip as a module."""
    found = shutil.which("pip")
    is_ours = found is not None and Path(found).parent == Path(sys.executable).parent
    return ["pip"] if is_ours else [sys.executable, "-m", "pip"]
