"""What to install is said as a command that works from where this copy came from; no index is asked for cloformer."""

from __future__ import annotations

import json
import shlex
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from cloformer.install_command import find_requirement, install_command, reinstall_command

METADATA = """Metadata-Version: 2.4
Name: cloformer
Version: 0.1.0
Requires-Dist: torch==2.13.0
Requires-Dist: onnx>=1.19.1
Requires-Dist: Pillow>=12.0.0
Provides-Extra: coreai
Requires-Dist: coreai-torch>=0.4.3; extra == 'coreai'
Requires-Dist: coreai-core>=1.0.0b3; extra == 'coreai'
Requires-Dist: colorama>=0.4; (sys_platform == 'plan9') and extra == 'coreai'
Provides-Extra: qnn
Requires-Dist: onnxruntime-qnn>=2.7.0; extra == 'qnn'
"""


@pytest.fixture(autouse=True)
def _pip_is_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _put_pip_beside(tmp_path / "bin/python", monkeypatch)


def _put_pip_beside(python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python.parent.mkdir()
    pip = python.with_name("pip")
    pip.write_text("#!/bin/sh\n")
    pip.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setenv("PATH", str(python.parent))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The installed package's facts; whoever asks for cloformer finds these first."""
    facts = tmp_path / "site" / "cloformer-0.1.0.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text(METADATA)
    monkeypatch.syspath_prepend(str(facts.parent))
    return facts


def _came_from(installed: Path, origin: dict[str, object]) -> None:
    (installed / "direct_url.json").write_text(json.dumps(origin))


def _make_checkout(folder: Path) -> Path:
    folder.mkdir()
    (folder / "constraints.txt").touch()
    return folder


@pytest.mark.parametrize("name", ["checkout", "my check-out's"])
@pytest.mark.parametrize(("dir_info", "options"), [({"editable": True}, ["-e"]), ({}, [])])
def test_a_checkout_is_installed_again(
    name: str, dir_info: dict[str, object], options: list[str], installed: Path, tmp_path: Path
) -> None:
    checkout = _make_checkout(tmp_path / name)
    _came_from(installed, {"url": checkout.as_uri(), "dir_info": dir_info})

    start = ["pip", "install", "-c", f"{checkout}/constraints.txt", *options]
    assert shlex.split(install_command(["onnx"])) == [*start, str(checkout)]
    assert shlex.split(install_command(["coreai_torch"], "coreai")) == [*start, f"{checkout}[coreai]"]


WHEEL = {"url": "file:///downloads/cloformer-0.1.0-py3-none-any.whl", "archive_info": {"hashes": {"sha256": "0" * 64}}}
ELSEWHERE: dict[str, dict[str, object] | None] = {
    "a wheel in a local file": WHEEL,
    "a wheel at an address": {**WHEEL, "url": "https://example.com/cloformer-0.1.0-py3-none-any.whl"},
    "a repository": {"url": "https://example.com/cloformer.git", "vcs_info": {"vcs": "git", "commit_id": "0" * 40}},
    "a checkout that is gone": {"url": "file:///nowhere/cloformer", "dir_info": {"editable": True}},
    "an unknown place": None,
}


@pytest.mark.parametrize("origin", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_from_elsewhere_the_packages_themselves_are_named(origin: dict[str, object] | None, installed: Path) -> None:
    if origin:
        _came_from(installed, origin)

    base = _requirements_in(install_command(["onnx", "pillow"]))
    extra = _requirements_in(install_command(["torch", "coreai_torch"], "coreai"))

    assert base == ["onnx>=1.19.1", "Pillow>=12.0.0"]
    assert extra == ["torch==2.13.0", "coreai-torch>=0.4.3", "coreai-core>=1.0.0b3"]


def _requirements_in(command: str) -> list[str]:
    pip, install, *requirements = shlex.split(command)
    assert (pip, install) == ("pip", "install")
    assert all(Requirement(each).name != "cloformer" for each in requirements)
    return requirements


def test_the_shell_reads_no_comparison_as_a_redirection(installed: Path) -> None:
    assert install_command(["onnx"]) == "pip install 'onnx>=1.19.1'"


def test_where_cloformer_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", fail)

    assert install_command(["torch", "onnx"]) == "pip install torch onnx"
    assert find_requirement("torch") is None


def test_another_pip_on_the_path_is_not_the_one(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where nobody activated the environment: the system's pip would install elsewhere."""
    python = tmp_path / "environment" / "python"
    monkeypatch.setattr(sys, "executable", str(python))

    assert install_command(["torch"]) == f"{python} -m pip install torch==2.13.0"


def test_a_build_that_lacks_a_part_is_replaced(installed: Path) -> None:
    assert reinstall_command("torch") == "pip install --force-reinstall --no-deps torch==2.13.0"


def test_a_requirement_is_found_under_the_name_that_is_imported(installed: Path) -> None:
    found = {name: find_requirement(name) for name in ("onnxruntime_qnn", "PIL", "pillow")}
    assert {name: str(each and each.specifier) for name, each in found.items()} == {
        "onnxruntime_qnn": ">=2.7.0",
        "PIL": "None",
        "pillow": ">=12.0.0",
    }
