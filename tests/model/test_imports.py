from __future__ import annotations

import json
import subprocess
import sys

import pytest

import cloformer.model

AFTER_EACH_STEP = """
import json, sys
import cloformer.model as model
steps = ["torch" in sys.modules]
model.preprocessing_for(224, 224), model.VARIANTS["xxs"]
from cloformer.model.labels import default_labels
default_labels(1000)
steps.append("torch" in sys.modules)
model.create_model
steps.append("torch" in sys.modules)
print(json.dumps(steps))
"""


def test_torch_is_imported_only_when_a_model_is_asked_for() -> None:
    result = subprocess.run([sys.executable, "-c", AFTER_EACH_STEP], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == [False, False, True]


def test_every_public_name_is_there() -> None:
    for name in cloformer.model.__all__:
        assert getattr(cloformer.model, name).__name__ if name != "VARIANTS" else cloformer.model.VARIANTS


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'CloFormerXXL'"):
        _ = cloformer.model.CloFormerXXL
