"""The command ``cloformer-bench latency-model``, with three networks per device."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from cloformer.benchmarks.latency_model import calibration
from cloformer.benchmarks.latency_model.observations import OBSERVATIONS
from cloformer.benchmarks.peers import networks
from cloformer.install_command import install_command
from tests.commands.results import Run, assert_clear_failure
from tests.schemas import schema_text


def test_predictions_are_called_so(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("timm", reason="the extra peers is not installed")
    few = {device: rows[:3] for device, rows in OBSERVATIONS.items()}
    monkeypatch.setattr(calibration, "OBSERVATIONS", few)
    result = run("cloformer-bench", "latency-model", "--output", "out/prediction.json", "--json")
    assert result.code == 0, result.stderr
    jsonschema.validate(result.document, json.loads(schema_text("prediction")))
    assert result.document["meaning"] == "predicted by a model, not measured"
    assert json.loads((tmp_path / "out" / "prediction.json").read_text()) == result.document


def test_a_missing_library_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "find_spec", lambda _name: None)
    assert_clear_failure(run("cloformer-bench", "latency-model"), 3, "timm", install_command(["timm"], "peers"))
