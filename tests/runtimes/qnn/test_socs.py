"""The table of SoCs, and the ways in which people write them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from cloformer.model import UsageError
from cloformer.runtimes.qnn.socs import HTP_SOCS, find_soc


@pytest.mark.parametrize(
    "name",
    ["sm8650", "SM8650", "Snapdragon 8 Gen 3", "snapdragon 8 gen 3", "8gen3", "8 Gen 3", "Qualcomm Snapdragon 8 Gen 3"],
)
def test_an_soc_has_many_spellings(name: str) -> None:
    assert find_soc(name).name == "sm8650"


def test_a_plus_tells_two_products_apart() -> None:
    assert [find_soc(name).name for name in ("8 Gen 1", "8+ Gen 1", "8 plus gen 1")] == ["sm8450", "sm8475", "sm8475"]


@pytest.mark.parametrize(("name", "suggested"), [("sm8655", "sm8650"), ("8 gen 33", "sm8650"), ("778", "sm7325")])
def test_a_near_miss_is_answered_with_what_may_be_meant(name: str, suggested: str) -> None:
    with pytest.raises(UsageError, match=f"no SoC '{name}'") as refused:
        find_soc(name)
    assert suggested in refused.value.remedy


def test_what_is_no_snapdragon_is_answered_with_the_whole_list() -> None:
    with pytest.raises(UsageError) as refused:
        find_soc("dimensity 9300")
    assert all(name in refused.value.remedy for name in HTP_SOCS)


def executorchs_table() -> ModuleType:
    """The file alone: its package wants Qualcomm's SDK."""
    package = importlib.util.find_spec("executorch")
    assert package is not None and package.submodule_search_locations
    root = Path(next(iter(package.submodule_search_locations)))
    spec = importlib.util.spec_from_file_location("qc_schema", root / "backends/qualcomm/serialization/qc_schema.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["qc_schema"] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


def test_numbers_and_architectures_agree_with_executorch() -> None:
    table = executorchs_table()
    shared = [name for name in HTP_SOCS if name.upper() in table.QcomChipset.__members__]
    assert len(shared) == 8
    for name in shared:
        theirs = table._soc_info_table[table.QcomChipset[name.upper()]]
        assert (HTP_SOCS[name].soc_model, HTP_SOCS[name].arch) == (theirs.soc_model, theirs.htp_info.htp_arch)
