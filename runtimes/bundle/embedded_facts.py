"""The JSON text that each artifact carries about itself."""

from __future__ import annotations

from pydantic import ValidationError

from .manifest import EmbeddedFacts


def parse_facts(text: str | None) -> EmbeddedFacts | None:
    """Return the facts in ``text``; None where the artifact carries none that this version understands."""
    if text is None:
        return None
    try:
        return EmbeddedFacts.model_validate_json(text)
    except ValidationError:
        return None
