"""Fetch the packages in packages.toml and check them against packages.lock: ``python -m toolchain.packages INDEX``.

This writes a JSON object, section name -> files, to ``INDEX``, for the other modules. ``--lock`` rewrites
packages.lock from the fetched files, to change versions.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from .failures import ToolchainError, exit_with, run

HERE = Path(__file__).parent
LOCK = HERE / "packages.lock"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cloformer" / "android"

_COPIES_NOTHING = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath"
"""The Maven plugin that only prints the path of each file, so that Maven's own repository is the cache."""


def main(index: Path, *, lock: bool) -> None:
    """Fetch everything and write ``index``.

    Raises:
        ToolchainError: a package is unavailable, or a file does not match packages.lock.
    """
    listed = tomllib.loads((HERE / "packages.toml").read_text("utf-8"))
    files = {
        **{f"maven.{name}": _from_maven(**section) for name, section in listed["maven"].items()},
        **{f"npm.{name}": _from_npm(**section) for name, section in listed["npm"].items()},
    }
    found = {name: {_locked_name(path): _sha256(path) for path in paths} for name, paths in files.items()}
    if lock:
        LOCK.write_text("".join(_lock_lines(found)), "utf-8")
    elif "".join(_lock_lines(found)) != LOCK.read_text("utf-8"):
        raise ToolchainError(
            f"the fetched files do not match packages.lock: {_first_difference(found)}",
            "after changing packages.toml, rewrite it: python -m toolchain.packages build/packages.json --lock",
        )
    index.parent.mkdir(parents=True, exist_ok=True)
    index.write_text(json.dumps({name: [str(path) for path in paths] for name, paths in files.items()}, indent=1))


def fetched(index: Path, *names: str) -> list[Path]:
    """Return the files of the sections ``names``, in order."""
    known = json.loads(index.read_text("utf-8"))
    return [Path(path) for name in names for path in known[name]]


def jars(index: Path, *names: str) -> list[Path]:
    """Return those files of the sections ``names`` that are jars, for a class path."""
    return [path for path in fetched(index, *names) if path.suffix == ".jar"]


def _from_maven(artifacts: list[str], alone: bool = False, excluded: list[str] | None = None) -> list[Path]:
    exclusions = ["*:*"] if alone else excluded or []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pom.xml").write_text(_pom(artifacts, exclusions), "utf-8")
        run(["mvn", "-q", "-B", _COPIES_NOTHING, "-Dmdep.outputFile=classpath"], cwd=Path(folder), remedy=_MAVEN_REMEDY)
        return [Path(path) for path in (Path(folder) / "classpath").read_text("utf-8").split(os.pathsep)]


_MAVEN_REMEDY = (
    "install Maven (Debian: apt-get install maven), and check that it can reach Maven Central and Google's Maven"
)


def _pom(artifacts: list[str], exclusions: list[str]) -> str:
    excluded = "".join(
        f"<exclusion><groupId>{group}</groupId><artifactId>{name}</artifactId></exclusion>"
        for group, name in (exclusion.split(":") for exclusion in exclusions)
    )
    dependencies = "".join(_dependency(artifact.split(":"), excluded) for artifact in artifacts)
    google = "<repository><id>google</id><url>https://maven.google.com</url></repository>"
    return (
        "<project><modelVersion>4.0.0</modelVersion><groupId>cloformer</groupId><artifactId>packages</artifactId>"
        f"<version>1</version><repositories>{google}</repositories><dependencies>{dependencies}</dependencies></project>"
    )


def _dependency(parts: list[str], excluded: str) -> str:
    group, name, *kind, version = parts
    return (
        f"<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version>"
        f"<type>{kind[0] if kind else 'jar'}</type><exclusions>{excluded}</exclusions></dependency>"
    )


def _from_npm(package: str, members: list[str]) -> list[Path]:
    folder = CACHE / package.replace("/", "+")
    wanted = [folder / member for member in members]
    if not all(path.exists() for path in wanted):
        with tempfile.TemporaryDirectory() as download:
            run(["npm", "pack", "--silent", package], cwd=Path(download), remedy="install npm (Debian: npm)")
            with tarfile.open(next(Path(download).glob("*.tgz"))) as archive:
                archive.extractall(folder, [archive.getmember(member) for member in members], filter="data")
    return wanted


def _locked_name(path: Path) -> str:
    """Return a file's name with its last folders, because classes.jar and libexecutorch.so occur twice."""
    return "/".join(path.parts[-2:])


def _lock_lines(found: dict[str, dict[str, str]]) -> Iterator[str]:
    for section, hashes in found.items():
        yield f"[{section}]\n"
        yield from (f"{sha256}  {name}\n" for name, sha256 in sorted(hashes.items()))


def _first_difference(found: dict[str, dict[str, str]]) -> str:
    locked = set(LOCK.read_text("utf-8").splitlines())
    return next((line.strip() for line in _lock_lines(found) if line.strip() not in locked), "a file is missing")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    exit_with(lambda: main(Path(sys.argv[1]), lock="--lock" in sys.argv))
