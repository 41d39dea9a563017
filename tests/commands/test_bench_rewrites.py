"""The command ``cloformer-bench rewrites``: it refuses impossible requests before it exports anything."""

from __future__ import annotations

import pytest

from tests.commands.results import Run, assert_refused_at_once

WRONG = [
    (("--targets", "coreml"), "coreml"),
    (("--threads", "0"), "--threads"),
    (("--rounds", "3"), "--rounds"),
    (("--variant", "xxl"), "xxl"),
    (("--image-size", "100"), "100"),
    (("--arm64", "z80"), "z80"),
]


@pytest.mark.parametrize(("arguments", "word"), WRONG)
def test_a_wrong_request_is_refused(run: Run, arguments: tuple[str, ...], word: str) -> None:
    result = run("cloformer-bench", "rewrites", *arguments)
    assert_refused_at_once(result, 2, word)
