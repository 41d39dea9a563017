"""The published support matrix is that of the tests: each that it names exists, and no target lacks a cell."""

from __future__ import annotations

import pytest

from cloformer.export.request.registry import TARGETS
from tests.support_matrix import DOCUMENT, MATRIX, document, named_tests
from tests.tiers import DEFAULT, NIGHTLY, collected_everything, collected_tests


def test_the_published_matrix_is_up_to_date() -> None:
    assert DOCUMENT.read_text("utf-8") == document(), "run: python -m tests.support_matrix"


def test_every_feature_says_something_of_every_target() -> None:
    """A target without any cell is new; the matrix says of each feature that no test asks for it."""
    known = {target for rows in MATRIX.values() for row in rows.values() for target in row}
    assert known <= set(TARGETS)
    for rows in MATRIX.values():
        for feature, row in rows.items():
            assert set(row) == known, feature


def test_every_test_that_is_named_exists_in_the_tier_that_is_said(request: pytest.FixtureRequest) -> None:
    collected = collected_tests(request.config)
    if not collected_everything(request.config):
        pytest.skip("only a part of the tests was collected")
    assert {test: collected.get(test) for test in named_tests()} == {
        test: NIGHTLY if nightly else DEFAULT for test, nightly in named_tests().items()
    }
