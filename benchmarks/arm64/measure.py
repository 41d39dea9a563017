"""Running an artifact on this machine, and counting its instructions on an emulated core."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from cloformer.export.reference.images import reference_images
from cloformer.model import normalize, preprocess, preprocessing_for
from cloformer.runtimes import open_session
from cloformer.runtimes.session import Floats, Session

from .counts import InstructionCounts
from .emulation import DEFAULT_TIMEOUT, run_emulated
from .installation import Installation, find_installation
from .operators import OperatorCounts

COUNTED = 1
"""Index of the counted inference. The first one also packs weights and allocates: up to 6 % more instructions."""

DEFAULT_INPUTS = 2


@dataclass(frozen=True)
class HostRun:
    """The results of an artifact on this machine, in one thread.

    Attributes:
        artifact: path of the file.
        precision: precision according to the artifact, or None if it does not say.
        runtime: name and version of the runtime.
        batches: inputs (inferences, N, 3, H, W), prepared for the artifact.
        logits: outputs (inferences, N, classes).
    """

    artifact: Path
    precision: str | None
    runtime: str
    batches: Floats
    logits: Floats


def run_on_host(artifact: Path, inputs: int = DEFAULT_INPUTS) -> HostRun:
    """Run ``inputs`` batches of the reference images through ``artifact`` on this machine.

    Raises:
        InputFileError: the artifact is missing or damaged.
        MissingPackageError: its runtime is not installed.
    """
    with open_session(artifact, threads=1) as session:
        batches = _batches(session, inputs)
        logits = np.stack([session.run(batch) for batch in batches])
        info = session.describe()
    precision = session.facts.precision if session.facts else None
    return HostRun(artifact, precision, f"{info.runtime} {info.version}", batches, logits)


def count_instructions(
    artifact: str | Path,
    core: str = "a76",
    *,
    installation: Installation | None = None,
    timeout: float = DEFAULT_TIMEOUT,
) -> InstructionCounts:
    """Return the exact instructions of one warm inference of ``artifact`` on an emulated ``core``, in one thread.

    ExecuTorch's counts are equal from run to run, ONNX Runtime's within 0.05 %. They are not latency.

    Raises:
        MissingPackageError: the emulation is not set up; the remedy is one command.
        UsageError: there is no such core, or the file is neither .onnx, .ort nor .pte.
        InputFileError: the artifact is missing or damaged.
        ConversionError: the emulated runtime fails or does not finish within ``timeout`` seconds.
    """
    found = installation or find_installation()
    return run_emulated(found, core, Path(artifact), _two_batches(Path(artifact)), timeout).counts[COUNTED]


def count_operators(
    artifact: str | Path,
    core: str = "a76",
    *,
    installation: Installation | None = None,
    timeout: float = DEFAULT_TIMEOUT,
) -> list[OperatorCounts]:
    """Return the instructions of each operator in order of execution; errors are those of ``count_instructions``."""
    found = installation or find_installation()
    batches = _two_batches(Path(artifact))
    return run_emulated(found, core, Path(artifact), batches, timeout, by_operator=True).operators


def _two_batches(artifact: Path) -> Floats:
    with open_session(artifact, threads=1) as session:
        return _batches(session, COUNTED + 1)


def _batches(session: Session, inputs: int) -> Floats:
    """Return ``inputs`` batches of reference images, prepared as the artifact specifies, or else in [0, 1]."""
    size, _, height, width = (length or 1 for length in session.shape)
    facts = session.facts
    preprocessing = facts.preprocessing if facts else preprocessing_for(height, width)
    images = islice(cycle(reference_images().values()), inputs * size)
    pixels = np.stack([preprocess(image, preprocessing) for image in images])
    if facts and facts.input.value_range is None:
        pixels = normalize(pixels, preprocessing)
    return pixels.reshape(inputs, size, *pixels.shape[1:])
