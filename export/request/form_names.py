"""The forms of the network by name, with the names of their rewrites; ``cloformer.export.forms`` applies them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from cloformer.model import UsageError

from .registry import TARGETS

REFERENCE = "reference"
"""The form without rewrites, for comparison."""

MOBILE = "mobile"
"""The default of ``--form``: the form that is made for the target and its backend."""

FORMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {REFERENCE: (), **{name: rewrites for spec in TARGETS.values() for name, rewrites in spec.forms.items()}}
)
"""Every form that a target declares, with the names of its rewrites in their order."""


def check_form(name: str) -> None:
    """Refuse a form that does not exist.

    Raises:
        UsageError: names the nearest form, and all forms.
    """
    names = (MOBILE, *FORMS)
    if name in names:
        return
    near = difflib.get_close_matches(name.lower(), FORMS, n=1)
    remedy = f"did you mean {near[0]}? " if near else ""
    raise UsageError(f"there is no form {name!r}", f"{remedy}choose from {', '.join(names)}")
