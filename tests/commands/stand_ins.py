"""Stand-ins for what takes long in an export, so that a test of its failures takes a fraction of a second.

Replaced are the three conversions (their stages stay: they are read from the real modules' source), the runtime that
parity opens, the model with random weights and its reference run, which are computed once, and the source images of
the golden vectors, which are shrunk. Everything else is the real thing: the command line, the plan, checkpoints,
labels, staging, parity's verdict, the bundle.
"""

from __future__ import annotations

import ast
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import cloformer.export
from cloformer.export.conversion import Conversion, Converted
from cloformer.export.reference.images import reference_images
from cloformer.export.reference.run import Floats, ReferenceRun, run_reference
from cloformer.export.request.registry import TARGETS
from cloformer.export.stages import Stages
from cloformer.export.target_spec import TargetSpec
from cloformer.model import CloFormer, WeightsInfo, create_model, create_network, describe_weights, preprocessing_for
from cloformer.model.network import Network
from cloformer.runtimes import SessionInfo
from cloformer.runtimes.bundle.manifest import EmbeddedFacts
from cloformer.runtimes.registry import FOLDER_SUFFIXES

SOURCES = Path(cloformer.export.__file__).parent

SIZE = "32"
"""The smallest ``--image-size``."""


def stages_in(module: str) -> list[str]:
    """The stages that a module of the exporter opens, as its source names them; ``*`` where a name is computed."""
    tree = ast.parse((SOURCES / f"{module}.py").read_text("utf-8"))
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "stage"
    ]
    return [_pattern(call.args[0]) for call in sorted(calls, key=lambda call: call.lineno)]


def _pattern(name: ast.expr) -> str:
    if isinstance(name, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in name.values)
    assert isinstance(name, ast.Constant)
    return str(name.value)


def _conversion_stages(target: TargetSpec) -> list[str]:
    shared = stages_in("deployable") if target.int8_kernels else []
    return [*shared, *stages_in(f"targets/{target.name}/convert")]


CONVERSION_STAGES = {name: _conversion_stages(target) for name, target in TARGETS.items()}


def _module_of(target: str) -> str:
    return f"cloformer.export.targets.{target}.convert"


@dataclass(frozen=True)
class Reference:
    """CloFormer-xxs with random weights at the smallest size."""

    model: CloFormer
    weights: WeightsInfo
    truth: ReferenceRun


def compute_reference() -> Reference:
    model = create_model("xxs")
    side = int(SIZE)
    return Reference(model, describe_weights(model), run_reference(model, preprocessing_for(side, side)))


@dataclass
class StandIns:
    """What the stand-ins do.

    Attributes:
        content: bytes of the next artifact; half of them are written in the first stage, the rest in the last.
        error: added to the first logit of every image, as a wrong conversion would.
        failure: raised in the conversion's last stage.
        truth: what the reference computes.
    """

    truth: ReferenceRun
    content: bytes = b"artifact" * 512
    error: float = 0.0
    failure: BaseException | None = None

    def converter(self, target: str) -> ModuleType:
        """A module to stand for a target's."""
        module = ModuleType(_module_of(target))
        stage_names = CONVERSION_STAGES[target]

        def convert(conversion: Conversion, stages: Stages) -> Converted:
            half = len(self.content) // 2
            file = conversion.path
            if conversion.path.suffix in FOLDER_SUFFIXES:
                conversion.path.mkdir()
                file = conversion.path / "weights.bin"
            for name in stage_names:
                with stages.stage(name):
                    if name == stage_names[0]:
                        file.write_bytes(self.content[:half])
                    if name == stage_names[-1]:
                        with file.open("ab") as rest:
                            rest.write(self.content[half:])
                        if self.failure is not None:
                            raise self.failure
            return Converted(conversion.input_facts(), {"stand-in": "1"})

        def block_outputs(*_arguments: object) -> None:
            return None

        module.convert = convert  # type: ignore[attr-defined]
        module.block_outputs = block_outputs  # type: ignore[attr-defined]
        return module

    def open_session(self, path: Path) -> StandInSession:
        """Stands for the runtime of whatever was exported."""
        assert path.exists()
        return StandInSession(self.truth, self.error)


class StandInSession:
    """Knows what the reference computes for the reference images."""

    facts: EmbeddedFacts | None = None
    concurrency = 1
    output_names = ("logits",)

    def __init__(self, truth: ReferenceRun, error: float) -> None:
        self._logits = {
            image.tobytes(): logits
            for images in (truth.images, truth.normalized)
            for image, logits in zip(images, truth.logits, strict=True)
        }
        self._error = error

    def run_all(self, batch: Floats) -> dict[str, Floats]:
        logits = np.stack([self._logits[image.tobytes()] for image in batch])
        logits[:, 0] += self._error
        return {"logits": logits}

    def describe(self) -> SessionInfo:
        return SessionInfo("stand-in", "1", "cpu", 1)

    def close(self) -> None:
        pass


def install(monkeypatch: pytest.MonkeyPatch, reference: Reference) -> StandIns:
    """Put the stand-ins in the places of what they stand for, until the test ends."""
    stand_ins = StandIns(reference.truth)

    def network(variant: str, task: str, checkpoint: Path | None, **asked: object) -> Network:
        return create_network(variant, task, checkpoint=checkpoint) if checkpoint else reference.model

    def weights(model: Network, checkpoint: Path | None) -> WeightsInfo:
        return describe_weights(model, checkpoint) if checkpoint else reference.weights

    for name in TARGETS:
        monkeypatch.setitem(sys.modules, _module_of(name), stand_ins.converter(name))
    small = {name: image.resize((8, 8)) for name, image in reference_images().items()}
    monkeypatch.setattr("cloformer.export.bundle.golden.reference_images", lambda: small)
    monkeypatch.setattr("cloformer.export.command.run_plan.create_network", network)
    monkeypatch.setattr("cloformer.export.command.run_plan.describe_weights", weights)
    monkeypatch.setattr("cloformer.export.pipeline.job.run_reference", lambda *_arguments: reference.truth)
    monkeypatch.setattr("cloformer.export.pipeline.check_parity.open_session", stand_ins.open_session)
    return stand_ins


def watch_stages(monkeypatch: pytest.MonkeyPatch, entered: Any, left: Any) -> None:  # noqa: ANN401
    """Call ``entered(name)`` at the beginning of each stage's work and ``left(name)`` at its end."""
    real = Stages.stage

    @contextmanager
    def stage(self: Stages, name: str) -> Iterator[None]:
        with real(self, name):
            entered(name)
            yield
            left(name)

    monkeypatch.setattr(Stages, "stage", stage)


def press_ctrl_c() -> None:
    """A real SIGINT for this process, as the terminal sends it."""
    signal.raise_signal(signal.SIGINT)
