"""The published support matrix is that of the tests: each that it names exists, and no target lacks a cell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cloformer.export.registry import TARGETS
from tests.support_matrix import DOCUMENT, MATRIX, document, named_tests

ROOT = Path(__file__).parent.parent


def test_the_published_matrix_is_up_to_date() -> None:
    assert DOCUMENT.read_text("utf-8") == document(), "run: python -m tests.support_matrix"


def test_every_feature_says_something_of_every_target() -> None:
    for rows in MATRIX.values():
        for feature, row in rows.items():
            assert set(row) >= set(TARGETS), feature


def test_every_test_that_is_named_exists() -> None:
    files = sorted({test.partition("::")[0] for test in named_tests()})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files]
    collected = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    assert set(named_tests()) <= set(collected)
