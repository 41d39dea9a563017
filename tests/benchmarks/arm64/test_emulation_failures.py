"""Every failure of the emulated process becomes one clear error. Small programs replace the runners here."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from cloformer.benchmarks.arm64.cores import CORES, write_system_files
from cloformer.benchmarks.arm64.emulation import run_emulated
from cloformer.benchmarks.arm64.host_tools import CROSS_PREFIX, HostTools
from cloformer.benchmarks.arm64.installation import Installation
from cloformer.benchmarks.arm64.native_build import build_plugin
from cloformer.model import ConversionError, InputFileError, UsageError

BATCHES = np.zeros((2, 1, 3, 8, 8), np.float32)

PROGRAM = """
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv) {{ (void)argc, (void)argv; {body} }}
"""

LOADED = 'puts("loaded"); fflush(stdout);'
ANSWER = """
FILE *output = fopen(argv[3], "wb");
float logits[2] = {1.0f, 2.0f};
for (int i = 0; i < 2; i++) { getsid(0); getsid(0); fwrite(logits, 4, 2, output); }
fclose(output);
"""


class Fake:
    """An installation whose runner for .onnx files does what the test specifies."""

    def __init__(self, installation: Installation, artifact: Path) -> None:
        self.installation = installation
        self.artifact = artifact

    def run(self, body: str, core: str = "a53", timeout: float = 60, artifact: str = "model.onnx") -> np.ndarray:
        build = self.installation.build
        (build / "runner.c").write_text(PROGRAM.format(body=body))
        program = build / "run_onnxruntime"
        subprocess.run([f"{CROSS_PREFIX}gcc", "-O1", "-static", build / "runner.c", "-o", program], check=True)
        path = self.artifact.with_name(artifact)
        return run_emulated(self.installation, core, path, BATCHES, timeout).outputs


@pytest.fixture
def fake(host_tools: HostTools, tmp_path: Path) -> Fake:
    build, roots = tmp_path / "build", tmp_path / "roots"
    build.mkdir()
    build_plugin(build)
    write_system_files(roots / "a53", CORES["a53"])
    return Fake(Installation(host_tools, {}, build, roots), tmp_path / "model.onnx")


def test_the_double_itself_works(fake: Fake) -> None:
    assert fake.run(LOADED + ANSWER).tolist() == [[[1, 2]], [[1, 2]]]


def test_a_refusal_names_the_runtimes_reason_among_its_messages(fake: Fake) -> None:
    body = 'fputs("[cpuinfo.cpp] a library talks\\nerror: no such operator: Foo\\nand on\\n", stderr); return 10;'
    with pytest.raises(InputFileError, match=r"Cortex-A53.*cannot load .*model.onnx: no such operator: Foo$"):
        fake.run(body)


def test_a_crash_while_loading_is_a_bad_file(fake: Fake) -> None:
    with pytest.raises(InputFileError, match=r"cannot load .*it crashed: .*Segmentation fault"):
        fake.run("*(volatile int *)0 = 1; return 0;")


def test_a_crash_while_running_is_no_bad_file(fake: Fake) -> None:
    with pytest.raises(ConversionError, match=r"failed while running model.onnx: it crashed: .*Aborted"):
        fake.run(LOADED + "abort();")


def test_a_failure_while_running(fake: Fake) -> None:
    with pytest.raises(ConversionError, match=r"failed while running model.onnx: cannot run: error 18"):
        fake.run(LOADED + 'fputs("error: cannot run: error 18\\n", stderr); return 11;')


def test_a_runner_that_never_ends(fake: Fake) -> None:
    with pytest.raises(ConversionError, match="did not end in 1 s") as failure:
        fake.run(LOADED + "for (;;) sleep(1);", timeout=1)
    assert "--timeout" in failure.value.remedy


def test_a_runner_that_forgets_an_inference(fake: Fake) -> None:
    with pytest.raises(ConversionError, match="saw 1 of 2 inferences"):
        fake.run(LOADED + "getsid(0); getsid(0); return 0;")


def test_a_crash_leaves_no_core_dump(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    with pytest.raises(InputFileError):
        fake.run("abort();")
    assert {path.name for path in set(tmp_path.iterdir()) - before} == set()


@pytest.mark.parametrize("name", ["model.mlpackage", "model.aimodel", "model"])
def test_files_that_no_emulated_runtime_runs(name: str, fake: Fake) -> None:
    with pytest.raises(UsageError, match="no runtime is emulated") as failure:
        fake.run(LOADED, artifact=name)
    assert ".onnx, .ort, .pte" in failure.value.remedy


def test_an_unknown_core(fake: Fake) -> None:
    with pytest.raises(UsageError, match="no emulated core 'x4'"):
        fake.run(LOADED, core="x4")
