"""Which records belong together, and which must not be compared."""

from __future__ import annotations

from typing import Any

import pytest

from cloformer.benchmarks.compare import pair_records, why_incomparable
from cloformer.benchmarks.records import Measurement
from cloformer.model import InputFileError
from tests.benchmarks.records.records import record, repeat

BASE = record(repeat())


def changed(part: str, **changes: Any) -> Measurement:  # noqa: ANN401 - any field
    return record(repeat(), **{part: getattr(BASE, part).model_copy(update=changes)})


def test_another_version_and_another_file_are_the_same_case() -> None:
    newer = changed("runtime", version="1.5.0")
    smaller = changed("artifact", sha256="b" * 64, bytes=1)
    for after in (newer, smaller):
        assert pair_records([BASE], [after]).pairs == ((BASE, after),)
        assert why_incomparable(BASE, after) is None


def test_what_one_file_lacks_is_told() -> None:
    xs = changed("model", variant="xs")
    pairing = pair_records([BASE, xs], [xs])
    assert (pairing.pairs, pairing.only_before, pairing.only_after) == (((xs, xs),), (BASE,), ())
    assert pair_records([xs], [BASE, xs]).only_after == (BASE,)


@pytest.mark.parametrize(
    ("part", "changes", "reason"),
    [
        ("device", {"model": "Pixel 7"}, "devices differ: phone Pixel 6 Tensor 8 and phone Pixel 7 Tensor 8"),
        ("device", {"kind": "emulator"}, "devices"),
        ("device", {"os_version": "16"}, "systems differ: Android 15 and Android 16"),
        ("runtime", {"threads": 1}, "thread counts differ: 4 and 1"),
        ("input", {"dtype": "uint8"}, "input types"),
        ("protocol", {"pinned": (7,)}, "pinned cores"),
        ("protocol", {"name": "rigorous"}, "protocols"),
        ("model", {"num_classes": 10}, "numbers of classes"),
    ],
)
def test_different_conditions_are_paired_and_refused(part: str, changes: dict[str, Any], reason: str) -> None:
    after = changed(part, **changes)
    assert pair_records([BASE], [after]).pairs == ((BASE, after),)
    assert reason in (why_incomparable(BASE, after) or "")


def test_thread_counts_that_both_files_have_are_paired_with_themselves() -> None:
    one, four = changed("runtime", threads=1), BASE
    assert pair_records([one, four], [four, one]).pairs == ((one, one), (four, four))


def test_a_throttled_record_is_refused() -> None:
    hot = record(repeat(thermal=("none", "none", "severe", "severe")))
    assert "slowed down its cores" in (why_incomparable(BASE, hot) or "")


def test_a_failure_is_refused() -> None:
    assert "no delegate" in (why_incomparable(BASE, record(failure="no delegate")) or "")


def test_two_records_that_could_be_meant_are_refused() -> None:
    with pytest.raises(InputFileError, match="two records are for CloFormer xxs fp32"):
        pair_records([BASE, changed("artifact", sha256="b" * 64)], [BASE])


def test_forms_of_one_network_are_told_apart_where_a_file_holds_several() -> None:
    plain, mobile = changed("artifact", form="reference"), changed("artifact", form="xnnpack", sha256="b" * 64)
    assert pair_records([plain, mobile], [mobile, plain]).pairs == ((plain, plain), (mobile, mobile))
    assert pair_records([plain], [mobile]).pairs == ((plain, mobile),)  # the form is what has changed


def test_tasks_are_told_apart() -> None:
    detector = changed("model", task="detection")
    assert pair_records([BASE, detector], [detector]).pairs == ((detector, detector),)
