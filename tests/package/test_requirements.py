"""What is required is a range that the tested version lies in; exact versions are in constraints.txt alone."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
BUILT_FOR_EACH_OTHER = {"torch", "executorch", "torchao"}

_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
_LINES = [*_PROJECT["dependencies"], *(line for extra in _PROJECT["optional-dependencies"].values() for line in extra)]
REQUIREMENTS = [each for line in _LINES if (each := Requirement(line)).name != "cloformer"]


def _tested() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = (line.partition("==") for line in lines if not line.startswith("#"))
    return {canonicalize_name(name): version for name, _, version in pins}


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_the_tested_version_is_within_the_range(requirement: Requirement) -> None:
    assert requirement.specifier.contains(_tested()[canonicalize_name(requirement.name)], prereleases=True)


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_each_has_a_floor_and_only_one_set_is_exact(requirement: Requirement) -> None:
    operators = {each.operator for each in requirement.specifier}
    assert ("==" in operators) == (requirement.name in BUILT_FOR_EACH_OTHER)
    assert operators & {"==", ">="}


def test_the_tested_set_is_exact() -> None:
    assert all(version and version[0].isdigit() for version in _tested().values())
