"""The command ``cloformer-bench study``, with small artifacts instead of exported networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cloformer.benchmarks.latency_model import prediction
from cloformer.benchmarks.latency_model.prediction import PredictionReport
from cloformer.benchmarks.peers import make, networks
from cloformer.benchmarks.peers.make import Made
from cloformer.benchmarks.peers.published import Published
from cloformer.benchmarks.records import read_records
from cloformer.benchmarks.study import exports
from cloformer.install_command import install_command
from tests.benchmarks.host.test_cases import peer
from tests.commands.results import Run, assert_clear_failure, assert_refused_at_once

QUICK = ("--repeats", "1", "--warm-up", "1", "--samples", "3", "--threads", "1", "--peer", "RepViT M1.1")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The exports; a double makes each peer at once, as the mean of an image."""
    asked: list[str] = []

    def make_bundles(variants: Sequence[str], _output: Path, _tell: Callable[[str], None]) -> list[Path]:
        asked.extend(variants)
        return []

    def make_peers(
        peers: Sequence[Published],
        _targets: Sequence[str],
        _precisions: Sequence[str],
        output: Path,
        _tell: Callable[[str], None],
    ) -> list[Made]:
        asked.extend(each.name for each in peers)
        output.mkdir(parents=True, exist_ok=True)
        if not (output / "small").exists():
            peer(output / "small")
        return [Made(peers[0], output / "small", {})]

    monkeypatch.setattr(exports, "make_bundles", make_bundles)
    monkeypatch.setattr(make, "make_peers", make_peers)
    monkeypatch.setattr(networks, "find_spec", lambda _name: object())
    monkeypatch.setattr(prediction, "predict_latencies", lambda: PredictionReport(calibrations=(), predictions=()))
    return asked


def test_one_command_makes_the_page_and_a_second_measures_nothing(run: Run, made: list[str], tmp_path: Path) -> None:
    pages = ("--output", "page.html", "--output", "page.md")
    first = run("cloformer-bench", "study", *QUICK, *pages)
    assert first.code == 0, first.stderr
    assert made == ["xxs", "xs", "s", "RepViT M1.1"]
    assert "MobileNetV4 conv-small" in (tmp_path / "page.md").read_text()
    (record,) = read_records(tmp_path / "exports" / "study" / "records.jsonl")
    assert record.complete
    (tmp_path / "page.html").unlink()
    again = run("cloformer-bench", "study", *QUICK, *pages)
    assert again.code == 0, again.stderr
    assert "1/" not in again.stderr
    assert (tmp_path / "page.html").exists()
    assert read_records(tmp_path / "exports" / "study" / "records.jsonl") == [record]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--variants", "xxl"), "xxl"),
        (("--peer", "EdgeViT XXS"), "in no library"),
        (("--threads", "0"), "--threads"),
        (("--output", "page.pdf"), "page.pdf"),
    ],
)
def test_a_wrong_request_is_refused(run: Run, arguments: tuple[str, ...], word: str) -> None:
    assert_refused_at_once(run("cloformer-bench", "study", *arguments), 2, word)


def test_a_missing_library_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "find_spec", lambda _name: None)
    assert_clear_failure(run("cloformer-bench", "study"), 3, "timm", install_command(["timm"], "peers"))
