"""The cases that are compared."""

from __future__ import annotations

import pytest

from cloformer.benchmarks.rewrites.cases import make_cases
from cloformer.export.request.form_names import FORMS
from cloformer.export.request.registry import TARGETS

FORMS_OF_CPUS = {name: spec.cpu_forms.values() for name, spec in TARGETS.items() if spec.cpu_forms}


@pytest.mark.parametrize("target", FORMS_OF_CPUS)
def test_the_plain_graph_comes_first_and_every_form_is_there(target: str) -> None:
    cases = make_cases(target, ablation=False)
    assert [case.name for case in cases] == ["stock", *dict.fromkeys(FORMS_OF_CPUS[target])]
    assert cases[0].rewrites == ()


@pytest.mark.parametrize("target", FORMS_OF_CPUS)
def test_an_ablation_leaves_out_one_rewrite_and_what_cannot_do_without(target: str) -> None:
    for case in make_cases(target, ablation=True):
        form, _, gone = case.name.partition(" without ")
        if gone:
            names = set(FORMS[form]) - set(case.rewrites)
            assert gone in names
            assert names == {gone} or gone == "separate_branches"
