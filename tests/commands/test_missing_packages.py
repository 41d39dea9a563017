"""A target whose packages are not installed is refused with the command that installs them."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from cloformer.export.request.registry import TARGETS
from cloformer.install_command import install_command
from tests.commands.results import Result, Run, assert_clear_failure, assert_refused_at_once
from tests.commands.stand_ins import StandIns

Hide = Callable[..., None]


@pytest.fixture
def hide(monkeypatch: pytest.MonkeyPatch) -> Hide:
    """Make packages look as if they were not installed."""
    real = importlib.util.find_spec

    def hide_them(*packages: str) -> None:
        def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
            return None if name.partition(".")[0] in packages else real(name, package)

        monkeypatch.setattr(importlib.util, "find_spec", find_spec)

    return hide_them


NEEDED = [(target.name, package) for target in TARGETS.values() for package in target.packages]


@pytest.mark.parametrize(("target", "package"), NEEDED)
def test_a_missing_package_is_named(target: str, package: str, run: Run, hide: Hide, tmp_path: Path) -> None:
    hide(package)

    result = run("cloformer-export", "--target", target)

    remedy = install_command([package], TARGETS[target].extra)
    assert_refused_at_once(result, 3, f"{TARGETS[target].title} export needs {package}", remedy)
    assert list(tmp_path.iterdir()) == []


def test_all_missing_packages_are_named_at_once(run: Run, hide: Hide) -> None:
    hide("onnx", "onnxscript", "onnxsim")

    result = run("cloformer-export", "--target", "onnx")

    assert_refused_at_once(
        result, 3, "ONNX export needs onnx, onnxscript, onnxsim", install_command(["onnx", "onnxscript", "onnxsim"])
    )


def test_one_of_two_targets_lacks_a_package(run: Run, hide: Hide) -> None:
    hide("coremltools")

    result = run("cloformer-export", "--target", "onnx,coreml")

    assert_refused_at_once(result, 3, "Core ML export needs coremltools")


def test_with_json(run: Run, hide: Hide) -> None:
    hide("coremltools")

    result = run("cloformer-export", "--target", "coreml", "--json")

    assert result.code == 3
    assert result.document["errors"] == [
        {"exit_code": 3, "problem": "Core ML export needs coremltools", "remedy": install_command(["coremltools"])}
    ]


def test_all_skips_a_target_that_lacks_a_package(run: Run, hide: Hide) -> None:
    hide("executorch")

    result = run("cloformer-export", "--target", "all", "--dry-run", "--json")

    assert result.code == 0
    installed = [name for name in TARGETS if name != "executorch"]
    assert [artifact["target"] for artifact in result.document["artifacts"]] == installed


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
def test_all_without_any_target(dry_run: tuple[str, ...], run: Run, hide: Hide, tmp_path: Path) -> None:
    hide("torch")

    result = run("cloformer-export", "--target", "all", *dry_run)

    assert_refused_at_once(
        result,
        3,
        "no target can be exported here",
        "coreml needs torch, executorch needs torch, onnx needs torch",
        install_command(["torch"]),
    )
    assert list(tmp_path.iterdir()) == []


def test_a_package_that_is_found_but_cannot_be_loaded(export: Run, stand_ins: StandIns, bundle: Path) -> None:
    """Such as one that was built for another Python, or an optional compiler that this build lacks."""
    stand_ins.failure = ImportError("libvulkan.so.1: cannot open shared object file")

    result = export("executorch")

    assert_clear_failure(result, 3, "ExecuTorch", "libvulkan.so.1", "cloformer-doctor")
    assert list(bundle.parent.iterdir()) == []


def test_a_target_that_cannot_be_loaded_does_not_stop_the_others(
    export: Run, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cloformer.export.targets.coreml.convert", None)

    result = export("coreml,onnx")

    assert_clear_failure(result, 3, "Core ML export cannot load Core ML's exporter", "cloformer-doctor")
    assert (bundle / "model_fp32.onnx").exists()
    assert not (bundle / "model_fp16.mlpackage").exists()


@pytest.mark.parametrize(
    ("artifact", "package"),
    [("model.onnx", "onnxruntime"), ("model.ort", "onnxruntime"), ("model.pte", "executorch")],
)
def test_a_missing_runtime_is_named(artifact: str, package: str, photo: Path, run: Run, hide: Hide) -> None:
    hide(package)
    Path(artifact).touch()

    result = run("cloformer-predict", artifact, photo)

    assert_refused_at_once(result, 3, artifact, f"package {package} is not installed", install_command([package]))


def _in_a_process_without(packages: list[str], *arguments: str) -> Result:
    hidden = f"import sys; sys.modules.update(dict.fromkeys({packages}))"
    command = [sys.executable, "-c", f"{hidden}; from cloformer.export.command.cli import main; main()", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("package", ["torch", "onnxsim"])
def test_in_a_process_of_its_own(package: str, tmp_path: Path) -> None:
    """Nothing imports a package before the request is checked, PyTorch included."""
    result = _in_a_process_without([package], "--target", "onnx", "--output", str(tmp_path))

    assert_refused_at_once(result, 3, f"ONNX export needs {package}", install_command([package]))
