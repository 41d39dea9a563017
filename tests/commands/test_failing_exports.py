"""Exports that fail in the middle: in the exporter, in the runtime, in parity, in our own code, on a full disk."""

from __future__ import annotations

import errno
import os
import resource
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

import pytest

from cloformer.export.bundle import writer
from cloformer.export.pipeline import check_parity
from cloformer.export.request.registry import TARGETS
from cloformer.runtimes import open_bundle, open_session
from tests.commands.results import Result, Run, assert_clear_failure, tree
from tests.commands.stand_ins import CONVERSION_STAGES, SIZE, StandIns, watch_stages

CONSOLE_SCRIPT = Path(sys.executable).with_name("cloformer-export")


@pytest.mark.parametrize(("target", "stage"), [(t, s) for t, stages in CONVERSION_STAGES.items() for s in stages])
def test_an_exporter_that_raises(
    target: str, stage: str, export: Run, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the target, the stage and the first line of what the exporter said."""

    def fail(name: str) -> None:
        if fnmatch(name, stage):
            raise RuntimeError("cannot lower aten.foo\n  at 0x7f00\n  at 0x7f01")

    watch_stages(monkeypatch, fail, lambda _: None)
    result = export(target)

    assert_clear_failure(
        result, 5, f"{TARGETS[target].title} export failed", stage, "cannot lower aten.foo", "--verbose"
    )
    assert "0x7f00" not in result.stderr
    assert list(bundle.parent.iterdir()) == []


def test_an_exporter_that_raises_without_a_word(export: Run, stand_ins: StandIns) -> None:
    stand_ins.failure = AssertionError()

    assert_clear_failure(export("onnx"), 5, "ONNX export failed", "AssertionError")


def test_verbose_shows_the_exporters_traceback(export: Run, stand_ins: StandIns) -> None:
    stand_ins.failure = RuntimeError("cannot lower aten.foo")

    result = export("onnx", "--verbose")

    assert result.code == 5
    assert "Traceback" in result.stderr
    assert "RuntimeError: cannot lower aten.foo" in result.stderr


def test_with_json_what_worked_and_what_failed_are_one_document(
    export: Run, stand_ins: StandIns, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = stand_ins.converter("coreml")
    monkeypatch.delattr(broken, "convert")
    monkeypatch.setitem(sys.modules, "cloformer.export.targets.coreml.convert", broken)

    result = export("onnx,coreml,executorch", "--json")

    assert result.code == 5
    assert [Path(artifact["path"]).name for artifact in result.document["artifacts"]] == [
        "model_fp32.onnx",
        "model_fp32_xnnpack.pte",
    ]
    (error,) = result.document["errors"]
    assert error["exit_code"] == 5
    assert error["problem"].startswith("Core ML export failed")


def test_an_export_that_its_runtime_cannot_load(
    export: Run, stand_ins: StandIns, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is our file that is bad, not the user's."""
    monkeypatch.setattr(check_parity, "open_session", open_session)
    stand_ins.content = b"no protocol buffer"

    result = export("onnx")

    assert_clear_failure(result, 5, "the exported ONNX file does not run", "ONNX Runtime cannot load")
    assert list(bundle.parent.iterdir()) == []


def _forget_images(*_arguments: object) -> None:
    images: dict[str, str] = {}
    images.pop("astronaut")


def test_a_bug_of_ours(export: Run, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloformer.export.pipeline.build.write_golden", _forget_images)

    result = export("onnx")

    assert_clear_failure(result, 1, "a bug in cloformer: KeyError: 'astronaut'", "--verbose", "report")
    assert list(bundle.parent.iterdir()) == []


@pytest.mark.parametrize("target", TARGETS)
def test_parity_that_fails(target: str, export: Run, stand_ins: StandIns, bundle: Path) -> None:
    """The artifact is kept under its ``.failed`` name alone, and the next good export removes it."""
    stand_ins.error = 1e3

    result = export(target)

    title = TARGETS[target].title
    assert_clear_failure(result, 6, f"{title} ", "differs from the reference: max-abs 1e+03", ".failed")
    (failed,) = bundle.glob("model*")
    assert failed.name.endswith(f"{TARGETS[target].suffix}.failed")
    assert str(failed) in result.messages[1]
    assert open_bundle(bundle).manifest.artifacts == ()
    assert failed.name in (bundle / "report.json").read_text("utf-8")

    stand_ins.error = 0.0
    assert export(target).code == 0

    assert [path.name for path in bundle.glob("model*")] == [failed.name.removesuffix(".failed")]
    assert ".failed" not in (bundle / "report.json").read_text("utf-8")


def test_parity_that_fails_leaves_an_earlier_artifact_alone(export: Run, stand_ins: StandIns, bundle: Path) -> None:
    export("onnx")
    before = tree(bundle)
    stand_ins.content, stand_ins.error = b"newer" * 1024, 1e3

    assert export("onnx").code == 6

    after = tree(bundle)
    assert set(after) - set(before) == {"model_fp32.onnx.failed"}
    assert after["model_fp32.onnx"] == before["model_fp32.onnx"]
    opened = open_bundle(bundle)
    assert [artifact.file for artifact in opened.manifest.artifacts] == ["model_fp32.onnx"]
    assert opened.artifact_path(opened.manifest.artifacts[0]).exists()


def test_outputs_that_are_not_finite(export: Run, stand_ins: StandIns) -> None:
    stand_ins.error = float("nan")

    assert_clear_failure(export("onnx"), 6, "another shape or is not finite")


@contextmanager
def _no_file_larger_than(size: int) -> Iterator[None]:
    """As on a disk that is all but full: the system refuses to write more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("previous", [False, True], ids=["a first export", "over an earlier one"])
@pytest.mark.parametrize(
    "target",
    [pytest.param(target, marks=() if target in ("onnx", "coreml") else pytest.mark.nightly) for target in TARGETS],
)  # by default a file and a folder
@pytest.mark.parametrize(
    ("what", "size"),
    [("labels", 4_000), ("golden vectors", 50_000), ("half an artifact", 300_000), ("the rest", 900_000)],
)
def test_a_full_disk(
    what: str, size: int, target: str, previous: bool, export: Run, stand_ins: StandIns, bundle: Path
) -> None:
    """Whatever it is that no longer fits, nothing of the new export stays, and all of the old one does."""
    if previous:
        export(target)
    else:
        bundle.parent.mkdir()
    before = tree(bundle.parent)
    stand_ins.content = b"x" * 1_000_000

    with _no_file_larger_than(size):
        result = export(target)

    assert_clear_failure(
        result, 5, "cannot write under", "File too large", "free some space or choose another --output"
    )
    assert tree(bundle.parent) == before


@pytest.mark.parametrize("name", ["manifest.json", "report.json"])
def test_a_disk_that_is_full_at_the_very_end(
    name: str, export: Run, stand_ins: StandIns, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export("onnx")
    before = tree(bundle.parent)
    stand_ins.content = b"newer" * 1024
    real = writer._write

    def write(path: Path, text: str) -> None:
        real(path, text[:100])
        if path.name == name:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(writer, "_write", write)
    result = export("onnx")

    assert_clear_failure(result, 5, "No space left on device", "free some space")
    assert tree(bundle.parent) == before


def _run_in_shell(script: str) -> Result:
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    return Result(done.returncode, done.stdout, done.stderr)


def _can_mount() -> bool:
    unshare = shutil.which("unshare")
    attempt = [unshare or "", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return unshare is not None and subprocess.run(attempt, capture_output=True, check=False).returncode == 0


@pytest.mark.nightly
def test_a_real_export_to_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """A file system of 4 MB: labels and golden vectors fit, the artifact (9 MB, written by C++) does not."""
    if not _can_mount():
        pytest.skip("this machine does not let its users mount a small file system (unshare --user --mount)")
    out = shlex.quote(str(tmp_path))
    export = f"{CONSOLE_SCRIPT} --target coreml --image-size {SIZE} --no-parity --output {out}"
    inside = f"mount -t tmpfs -o size=4m tmpfs {out} && {export}; code=$?; ls -A {out}; exit $code"

    result = _run_in_shell(f"unshare --user --map-root-user --mount sh -c {shlex.quote(inside)}")

    assert_clear_failure(result, 5, "No space left on device", "free some space")
    assert result.stdout == ""  # of ls


@pytest.mark.nightly
def test_a_real_export_with_a_limit_on_file_sizes(tmp_path: Path) -> None:
    script = f"ulimit -f 8192; {CONSOLE_SCRIPT} --target onnx --image-size {SIZE} --no-parity --output {tmp_path}/out"

    result = _run_in_shell(script)

    assert_clear_failure(result, 5, "cannot write under", "File too large", "free some space")
    assert list((tmp_path / "out").iterdir()) == []
