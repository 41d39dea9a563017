"""``cloformer-doctor`` never fails on what it finds: it says so, with the one command that helps, and exits with 3."""

from __future__ import annotations

import importlib.util
import sys
from importlib import metadata
from importlib.machinery import ModuleSpec

import pytest

from cloformer.benchmarks import measurable
from cloformer.export.command import doctor
from cloformer.export.request.registry import TARGETS
from cloformer.install_command import install_command, reinstall_command
from cloformer.model import MissingPackageError
from tests.commands.results import Run, assert_refused_at_once

PACKAGES = sorted({package for target in TARGETS.values() for package in target.packages})


def _hide(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    real_spec, real_version = importlib.util.find_spec, metadata.version

    def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name.partition(".")[0] in packages else real_spec(name, package)

    def version(name: str) -> str:
        if name in packages:
            raise metadata.PackageNotFoundError(name)
        return real_version(name)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    monkeypatch.setattr(metadata, "version", version)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_missing_package(package: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _hide(monkeypatch, package)

    result = run("cloformer-doctor")

    assert result.code == 3
    assert "Traceback" not in result.stderr
    for target in TARGETS.values():
        helps = f"To export {target.name}: {install_command([package], target.extra)}"
        assert (helps in result.stderr) == (package in target.packages)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_missing_package_with_json(package: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _hide(monkeypatch, package)

    result = run("cloformer-doctor", "--json")

    assert result.code == 3
    assert result.stderr == ""
    found = {finding["name"]: finding for finding in result.document["findings"]}
    for target in TARGETS.values():
        expected = f"not installed: {package}" if package in target.packages else None
        assert found[target.name]["export"] == expected


def test_nothing_is_installed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _hide(monkeypatch, *PACKAGES, "cloformer")

    result = run("cloformer-doctor")

    assert result.code == 3
    assert "cloformer not installed" in result.stderr
    assert f"To export onnx: {install_command(TARGETS['onnx'].packages)}" in result.stderr


def test_it_names_who_runs_each_artifact_here(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for system, runtime in (("linux", "Core ML reference executor"), ("darwin", "Core ML")):
        monkeypatch.setattr(sys, "platform", system)
        findings = run("cloformer-doctor", "--json").document["findings"]
        runtimes = {finding["name"]: finding["runtime"] for finding in findings}
        assert runtimes["coreml"] == runtime
        assert runtimes["onnx"] == "ONNX Runtime"


def test_a_version_that_was_not_tested(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "0.5.0" if name == "onnxsim" else real(name))

    result = run("cloformer-doctor", "--json")

    assert result.code == 3
    onnx = next(finding for finding in result.document["findings"] if finding["name"] == "onnx")
    assert onnx["export"].startswith("untested versions: onnxsim 0.5.0 (tested: >=")
    assert onnx["fix"] == install_command(["onnxsim"])


@pytest.mark.parametrize(("package", "version"), [("onnxsim", "99.1"), ("torch", f"{metadata.version('torch')}+local")])
def test_a_version_within_what_is_required(
    package: str, version: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: version if name == package else real(name))

    result = run("cloformer-doctor", "--json")

    onnx = next(finding for finding in result.document["findings"] if finding["name"] == "onnx")
    assert onnx["export"] is None
    assert onnx["versions"][package] == version


def test_a_compiler_that_this_build_lacks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_has_file", lambda module: "vulkan" not in module)

    findings = {each["name"]: each for each in run("cloformer-doctor", "--json").document["findings"]}

    assert findings["executorch, --backend coreml"]["fix"] is None
    assert findings["executorch, --backend vulkan"]["fix"] == reinstall_command("executorch")


def test_what_can_be_measured(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise MissingPackageError("not installed: qemu-aarch64", "as root: apt-get install -y qemu-user")

    monkeypatch.setattr(measurable, "find_installation", fail)

    result = run("cloformer-doctor")
    (arm64,) = run("cloformer-doctor", "--json").document["measurements"]

    assert "ARM64 instruction counts: no: not installed: qemu-aarch64" in result.stderr
    assert "To measure them: as root: apt-get install -y qemu-user" in result.stderr
    assert (arm64["problem"], arm64["fix"]) == (
        "not installed: qemu-aarch64",
        "as root: apt-get install -y qemu-user",
    )


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [("--fix", "No such option: --fix"), ("onnx", "onnx"), ("--json=1", "--json")],
)
def test_wrong_usage(arguments: str, fragment: str, run: Run) -> None:
    assert_refused_at_once(run("cloformer-doctor", arguments), 2, fragment, "--help")


def test_a_bug_in_the_doctor_itself(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_examine", lambda target: 1 / 0)

    result = run("cloformer-doctor")

    assert_refused_at_once(result, 1, "a bug in cloformer: ZeroDivisionError: division by zero", "report")
