"""Running an artifact in the aarch64 build of its runtime, on an emulated core."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cloformer.model import CloformerError, ConversionError, InputFileError, UsageError
from cloformer.runtimes.session import Floats

from .cores import CORES, find_core
from .counts import InstructionCounts, instructions_between, parse_marks, split_inferences
from .installation import Installation
from .native_build import OPERATORS, PLUGIN
from .operators import OperatorCounts, read_operator_counts

RUNNERS = {".onnx": "run_onnxruntime", ".ort": "run_onnxruntime", ".pte": "run_executorch"}
"""The program from ``native/`` that runs files of each suffix."""

DEFAULT_TIMEOUT = 1800.0
"""Timeout in seconds. An fp32 XXS inference takes 9 s on an idle machine, and three times as long on a busy one."""

_WITHOUT_CORE_DUMP = ("/bin/sh", "-c", 'ulimit -c 0 && exec "$@"', "sh")

_LOADED, _REASON = "loaded", "error: "
"""Messages of the runners, see native/runner.h."""


@dataclass(frozen=True)
class EmulatedRun:
    """The results of one emulated process.

    Attributes:
        outputs: first output of each batch, in order.
        counts: instruction counts of each inference.
        operators: operators of the last inference, if requested.
    """

    outputs: Floats
    counts: list[InstructionCounts]
    operators: list[OperatorCounts]


def run_emulated(
    installation: Installation,
    core: str,
    artifact: Path,
    batches: Floats,
    timeout: float = DEFAULT_TIMEOUT,
    *,
    by_operator: bool = False,
) -> EmulatedRun:
    """Run ``batches`` (inferences, N, 3, H, W) through ``artifact`` on an emulated ``core``, in one thread.

    With ``by_operator``, the runtime profiles itself, which increases the counts.

    Raises:
        UsageError: no runtime is emulated for such a file, or there is no such core.
        InputFileError: the runtime refuses the artifact, or crashes while loading it.
        ConversionError: the runtime fails, crashes or does not finish while running.
    """
    with tempfile.TemporaryDirectory(prefix="cloformer-arm64-") as folder:
        given, written, counted = (Path(folder, name) for name in ("input.f32", "output.f32", "counts.txt"))
        profile = Path(folder, "operators") if by_operator else None
        batches.astype("<f4").tofile(given)
        command = _command(installation, core, artifact, counted, profile)
        command += [str(given), str(written), ",".join(map(str, batches.shape[1:]))]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout,
                check=False,
                env={},  # nothing from the caller, so that counts do not depend on it
            )
        except subprocess.TimeoutExpired as error:
            raise ConversionError(
                f"{artifact.name} did not end in {timeout:.0f} s on the emulated {CORES[core].title}",
                "allow more time with --timeout",
            ) from error
        if done.returncode != 0:
            raise _explain(done, core, artifact)
        inferences = split_inferences(parse_marks(counted.read_text("utf-8")), len(batches))
        operators = read_operator_counts(inferences[-1], profile) if profile else []
        outputs = np.fromfile(written, dtype="<f4").reshape(len(batches), batches.shape[1], -1)
    counts = [instructions_between(marks[0], marks[-1]) for marks in inferences]
    return EmulatedRun(outputs, counts, operators)


def find_runner(artifact: Path) -> str:
    """Return the name of the runner for an artifact's suffix.

    Raises:
        UsageError: there is no runner for it.
    """
    if artifact.suffix not in RUNNERS:
        kind = artifact.suffix or "file without a suffix"
        raise UsageError(f"no runtime is emulated for a {kind}", f"give one of {', '.join(RUNNERS)}")
    return RUNNERS[artifact.suffix]


def _command(installation: Installation, core: str, artifact: Path, counts: Path, profile: Path | None) -> list[str]:
    root = installation.roots / core
    guest = {
        "LD_LIBRARY_PATH": f"{installation.build}:{root / 'lib'}",
        "ORT_DISABLE_TELEMETRY": "1",  # otherwise two more threads run, and the counts vary by 0.3 %
    }
    if profile:
        guest |= {"LD_PRELOAD": str(installation.build / OPERATORS), "OPERATORS": str(profile)}
    environment = [word for name, value in guest.items() for word in ("-E", f"{name}={value}")]
    plugin = f"{installation.build / PLUGIN},out={counts}"
    qemu = shutil.which("qemu-aarch64") or "qemu-aarch64"
    emulator = [qemu, "-seed", "1", "-L", str(root), "-cpu", find_core(core).qemu_cpu, "-plugin", plugin]
    return [
        *_WITHOUT_CORE_DUMP,
        *emulator,
        *environment,
        str(installation.build / find_runner(artifact)),
        str(artifact.absolute()),
    ]


def _explain(done: subprocess.CompletedProcess[str], core: str, artifact: Path) -> CloformerError:
    """Return the error for a failed process, based on the runner's message and on whether the artifact was loaded."""
    where = f"the aarch64 runtime on the emulated {CORES[core].title}"
    lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no message"]
    reasons = [line.removeprefix(_REASON) for line in lines if line.startswith(_REASON)]
    why = reasons[0] if reasons else f"it crashed: {lines[-1]}"
    if _LOADED in done.stdout:
        return ConversionError(f"{where} failed while running {artifact.name}: {why}")
    return InputFileError(
        f"{where} cannot load {artifact}: {why}",
        "phones with such a core cannot load it either: export it in another way",
    )
