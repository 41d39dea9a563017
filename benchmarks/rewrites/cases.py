"""The cases to compare: for each runtime the plain graph, the forms made for it, and each form without one rewrite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cloformer.export.request.form_names import FORMS, REFERENCE
from cloformer.export.request.registry import find_target

STOCK = "stock"
"""Name of the case with the plain graph: the reference in a standard export."""


@dataclass(frozen=True)
class Case:
    """One artifact to make and to measure.

    Attributes:
        target: name of the target in the registry.
        name: ``stock``, the name of a form, or a form without one rewrite.
        rewrites: names of the rewrites that are applied to the reference.
    """

    target: str
    name: str
    rewrites: tuple[str, ...]


_NEEDED_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "separate_branches": (
            "batch_attention",
            "separate_local_convolutions",
        ),
    }
)
"""Rewrites that have no effect unless the key, another rewrite, is applied."""


def make_cases(target: str, *, ablation: bool) -> list[Case]:
    """Return the cases of ``target``, starting with the plain graph.

    With ``ablation``, also return each form without each of its rewrites.
    """
    forms = tuple(dict.fromkeys(find_target(target).cpu_forms.values()))  # for phones' CPUs and for this machine's
    cases = [Case(target, STOCK, FORMS[REFERENCE]), *(Case(target, form, FORMS[form]) for form in forms)]
    if ablation:
        cases += [_without(target, form, rewrite) for form in forms for rewrite in FORMS[form]]
    return list({case.name: case for case in cases}.values())


def _without(target: str, form: str, rewrite: str) -> Case:
    gone = (rewrite, *_NEEDED_BY.get(rewrite, ()))
    kept = tuple(each for each in FORMS[form] if each not in gone)
    return Case(target, f"{form} without {rewrite}", kept)
