"""What a backend must take of the network, and what is said when it takes less."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.export import export
from cloformer.export.command.explain import explain
from cloformer.export.pipeline.budgets import check_budget
from cloformer.export.report import DelegationReport
from cloformer.export.request.form_names import FORMS
from cloformer.export.request.registry import TARGETS
from cloformer.export.request.request import make_request
from cloformer.export.targets.onnx import OnnxOptions
from cloformer.export.targets.onnx import convert as onnx_convert
from cloformer.model import CloFormer
from cloformer.model.errors import DelegationError

WHOLE = DelegationReport(backend="XNNPACK", partitions=1, delegated=700, undelegated={})


def broken(**changes: object) -> DelegationReport:
    return WHOLE.model_copy(update=changes)


def test_every_budget_is_for_a_form_that_exists() -> None:
    budgets = [budget for spec in TARGETS.values() for budget in spec.budgets]
    assert budgets
    assert {form for form, _ in budgets} <= set(FORMS) - {"reference"}


def test_a_whole_network_is_within_its_budget() -> None:
    check_budget(make_request("executorch"), WHOLE)
    check_budget(make_request("coreml"), broken(partitions=None, delegated=None, largest_rank=4))


@pytest.mark.parametrize(
    ("target", "report", "words"),
    [
        ("executorch", broken(partitions=62), "62 pieces instead of 1"),
        ("executorch", broken(undelegated={"aten_expand": 24, "aten_split": 3}), "24 aten_expand, 3 aten_split"),
        ("coreml", broken(partitions=None, largest_rank=5), "a tensor of rank 5, above the limit of 4"),
    ],
)
def test_what_is_over_the_budget_is_named(target: str, report: DelegationReport, words: str) -> None:
    with pytest.raises(DelegationError) as refused:
        check_budget(make_request(target), report)
    assert words in refused.value.problem
    assert refused.value.exit_code == 7


def test_the_plain_graph_and_an_open_batch_have_no_budget() -> None:
    check_budget(make_request("executorch", form="reference"), broken(partitions=62))
    open_batch = make_request("onnx", form="onnx-provider", options=OnnxOptions(dynamic_batch=True))
    check_budget(open_batch, broken(partitions=300))


def test_a_graph_over_its_budget_is_not_kept(
    shallow: CloFormer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_convert, "report_coreml_provider", lambda _path: broken(partitions=2))
    with pytest.raises(DelegationError, match="2 pieces"):
        export(shallow, "onnx", form="onnx-provider", image_size=(32, 32), output=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_the_core_ml_provider_takes_its_form_whole(shallow: CloFormer, tmp_path: Path, precision: str) -> None:
    made = export(
        shallow, "onnx", form="onnx-provider", precision=precision, image_size=(64, 32), parity=False, output=tmp_path
    )
    delegation = made.report.delegation
    assert delegation is not None and (delegation.partitions, delegation.undelegated) == (1, {})


@pytest.mark.nightly  # lowered in more than sixty pieces
def test_the_plain_graph_breaks_on_xnnpack_and_each_operator_outside_has_a_reason(
    shallow: CloFormer, tmp_path: Path
) -> None:
    made = export(shallow, "executorch", form="reference", image_size=(32, 32), output=tmp_path)
    assert made.report.parity.passed and made.report.form == "reference"
    delegation = made.report.delegation
    assert delegation is not None and delegation.partitions is not None and delegation.partitions > 10
    assert "aten_native_group_norm_default" in delegation.undelegated
    assert set(delegation.reasons) == set(delegation.undelegated) and all(delegation.reasons.values())
    lines = explain("model.pte", delegation)
    assert f"in {delegation.partitions} pieces" in lines[0]
    assert len(lines) == 1 + len(delegation.undelegated)


def test_explanations_say_where_the_phone_decides() -> None:
    assert explain("a.aimodel", None) == ["a.aimodel: the runtime decides on the phone which processor runs what"]
    (line,) = explain("a.mlpackage", broken(backend="Core ML", partitions=None, largest_rank=4))
    assert line == "a.mlpackage: Core ML decides on the phone which processor runs what; no tensor has a rank above 4"
    (line,) = explain("a.pte", WHOLE)
    assert line == "a.pte: XNNPACK runs 700 operators in one piece, none fall back to the CPU"
