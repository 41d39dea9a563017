"""Parsing the facts that each artifact stores about itself as JSON."""

from __future__ import annotations

from pydantic import ValidationError

from .manifest import EmbeddedFacts


def parse_facts(text: str | None) -> EmbeddedFacts | None:
    """Return the facts in ``text``, or None if there are none that this version understands."""
    if text is None:
        return None
    try:
        return EmbeddedFacts.model_validate_json(text)
    except ValidationError:
        return None
