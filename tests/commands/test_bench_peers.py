"""The command ``cloformer-bench peers``."""

from __future__ import annotations

import pytest

from cloformer.benchmarks.peers import networks
from cloformer.benchmarks.peers.published import PUBLISHED
from cloformer.install_command import install_command
from tests.commands.results import Run, assert_clear_failure, assert_refused_at_once


def test_the_list_has_those_that_no_library_has(run: Run) -> None:
    rows = run("cloformer-bench", "peers", "--list", "--json").document
    assert len(rows) == len(PUBLISHED)
    by_name = {row["name"]: row for row in rows}
    assert by_name["RepViT M1.1"]["timm"] == "repvit_m1_1"
    assert by_name["EdgeViT XXS"]["timm"] is None
    assert "EdgeViT XXS, 224: in no library" in run("cloformer-bench", "peers", "--list").stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("ResNet",), "ResNet"),
        (("EdgeViT XXS",), "in no library"),
        (("--targets", "coreml"), "coreml"),
        (("--precisions", "fp8"), "fp8"),
    ],
)
def test_a_wrong_request_is_refused(run: Run, arguments: tuple[str, ...], word: str) -> None:
    assert_refused_at_once(run("cloformer-bench", "peers", *arguments), 2, word)


def test_a_missing_library_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "find_spec", lambda _name: None)
    assert_clear_failure(run("cloformer-bench", "peers"), 3, "timm", install_command(["timm"], "peers"))
