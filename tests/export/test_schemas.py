"""The published schemas are those of the code, and refuse what is not a manifest."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.schemas import MODELS, SCHEMAS, schema_text


@pytest.mark.parametrize("name", MODELS)
def test_published_schemas_are_up_to_date(name: str) -> None:
    published = (SCHEMAS / f"{name}.schema.json").read_text()
    assert published == schema_text(name), "run: python -m tests.schemas"


def test_an_unknown_schema_version_is_refused() -> None:
    schema = json.loads((SCHEMAS / "manifest.schema.json").read_text())
    version = schema["properties"]["schema_version"]
    jsonschema.validate(1, version)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(2, version)
