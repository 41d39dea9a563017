"""What is compared: for each runtime the plain graph, the forms that are made for it, and a form less one rewrite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cloformer.export.rewrite import FORMS, Rewrite

STOCK = "stock"
"""The name of the plain graph's case: the reference, exported as anybody would."""


@dataclass(frozen=True)
class Case:
    """One artifact to make and to measure.

    Attributes:
        target: a name in the registry of targets.
        name: ``stock``, a form, or a form without one rewrite.
        rewrites: what is done to the reference.
    """

    target: str
    name: str
    rewrites: tuple[Rewrite, ...]


FORMS_BY_TARGET: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"executorch": ("xnnpack",), "onnx": ("onnx-arm64", "onnx-x86")}
)
"""The forms for the CPUs of phones and, in ONNX Runtime, of this kind of machine."""

_NEEDED_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "separate_branches": (
            "batch_attention",
            "separate_local_convolutions",
        ),
    }
)
"""Rewrites that find nothing to do without another."""


def make_cases(target: str, *, ablation: bool) -> list[Case]:
    """Return the cases of ``target``, the plain graph first.

    ``ablation`` adds each form without each of its rewrites.
    """
    forms = FORMS_BY_TARGET[target]
    cases = [Case(target, STOCK, ()), *(Case(target, form, FORMS[form]) for form in forms)]
    if ablation:
        cases += [_without(target, form, rewrite) for form in forms for rewrite in FORMS[form]]
    return list({case.name: case for case in cases}.values())


def _without(target: str, form: str, rewrite: Rewrite) -> Case:
    gone = (rewrite.__name__, *_NEEDED_BY.get(rewrite.__name__, ()))
    kept = tuple(each for each in FORMS[form] if each.__name__ not in gone)
    return Case(target, f"{form} without {rewrite.__name__}", kept)
