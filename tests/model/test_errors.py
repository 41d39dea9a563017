from __future__ import annotations

import pytest

from cloformer.model import (
    CloformerError,
    ConversionError,
    InputFileError,
    MissingPackageError,
    ParityError,
    UsageError,
)


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [(UsageError, 2), (MissingPackageError, 3), (InputFileError, 4), (ConversionError, 5), (ParityError, 6)],
)
def test_each_kind_of_failure_has_its_exit_code(kind: type[CloformerError], exit_code: int) -> None:
    error = kind("it broke", "mend it")
    assert isinstance(error, CloformerError)
    assert error.exit_code == exit_code
    assert (str(error), error.problem, error.remedy) == ("it broke", "it broke", "mend it")
    assert kind("it broke").remedy == ""
