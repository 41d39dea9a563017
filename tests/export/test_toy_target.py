"""A new target and its runtime are one folder each: nothing else is touched, and every command knows them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.export.toy.checkout import BENCH, DOCTOR, EXPORT, TOY, link_package, run

MOST_LINES = 60


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return link_package(tmp_path_factory.mktemp("with_toy"))


def test_it_is_small() -> None:
    lines = [line for path in (TOY / "target").glob("*.py") for line in path.read_text().splitlines() if line.strip()]
    assert len(lines) <= MOST_LINES


def test_it_is_exported_compared_and_benchmarked(checkout: Path, tmp_path: Path) -> None:
    flags = ["--target", "toy", "--image-size", "32", "--paint", "blue", "--output", str(tmp_path), "--json"]
    (artifact,) = json.loads(run(checkout, EXPORT, *flags))["artifacts"]
    assert artifact["parity"]["passed"]
    assert artifact["parity"]["runtime"].startswith("Toy Runtime")
    assert (artifact["form"], artifact["file"]) == ("toy-form", "model_fp32.toy")
    quick = ["--repeats", "1", "--warm-up", "1", "--samples", "2", "--threads", "1", "--json"]
    records = json.loads(
        run(checkout, BENCH, "host", artifact["path"], *quick, "--records", str(tmp_path / "records.jsonl"))
    )
    assert [record["runtime"]["name"] for record in records] == ["Toy Runtime"]


def test_the_doctor_help_and_support_matrix_know_it(checkout: Path) -> None:
    assert "toy" in [finding["name"] for finding in json.loads(run(checkout, DOCTOR, "--json"))["findings"]]
    assert "Toy: The color of the toy. One of red, blue." in run(checkout, EXPORT, "--help")
    matrix = run(checkout, "from tests.support_matrix import document; print(document())")
    assert "| Toy |" in matrix
