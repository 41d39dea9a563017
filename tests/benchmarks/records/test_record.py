"""What a record refuses, and what its schema allows an app to omit."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from cloformer.benchmarks.records import Measurement, summarize_samples
from cloformer.benchmarks.records.parts import Interference
from tests.benchmarks.records.records import MEMORY, record, repeat
from tests.schemas import schema_text

SCHEMA = json.loads(schema_text("measurement"))


def test_a_line_is_read_back_as_it_was_written() -> None:
    line = record(repeat(), memory=MEMORY)
    assert Measurement.model_validate_json(line.model_dump_json()) == line


def test_the_schema_takes_what_the_types_take() -> None:
    jsonschema.validate(record(repeat(thermal=("none",) * 4)).model_dump(mode="json"), SCHEMA)


def test_an_app_may_leave_out_what_its_system_does_not_tell() -> None:
    line = record(repeat()).model_dump(mode="json", exclude_none=True)
    assert "thermal" not in line["repeats"][0]
    jsonschema.validate(line, SCHEMA)
    assert Measurement.model_validate(line).repeats[0].thermal is None


def test_a_failure_needs_no_samples() -> None:
    failed = record(failure="NNAPI takes none of the graph")
    assert failed.complete
    jsonschema.validate(failed.model_dump(mode="json"), SCHEMA)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"summary": None}, "must be a summary"),
        ({"summary": summarize_samples([[10**7, 10**7, 10**7]])}, "median_ns"),
        ({"repeats": ()}, "must be a summary"),
        ({"serial_number": "8A1X0"}, "Extra inputs"),
        ({"schema_version": 2}, "Input should be 1"),
        ({"case": ""}, "at least 1 character"),
    ],
)
def test_a_wrong_line_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        record(repeat(), **changes)


def test_the_same_repeat_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="occurs twice"):
        record(repeat(0), repeat(0))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"samples_ns": ()}, "at least 1 item"),
        ({"samples_ns": (5, 0)}, "greater than 0"),
        ({"thermal": ("none", "none")}, "one state before the first sample"),
        ({"thermal": ("warm",) * 4}, "Input should be"),
        ({"started": datetime(2026, 3, 1)}, "timezone"),
    ],
)
def test_a_wrong_repeat_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        repeat(**changes)


def test_a_case_is_complete_with_all_its_repeats_and_its_memory() -> None:
    assert not record(repeat(0), memory=MEMORY).complete
    assert not record(repeat(0), repeat(1)).complete
    assert record(repeat(0), repeat(1), memory=MEMORY).complete


def test_a_hot_phone_and_a_busy_one_are_noticed() -> None:
    assert not record(repeat(thermal=("none", "light", "light", "none"))).throttled
    assert record(repeat(thermal=("none", "light", "severe", "light"))).throttled
    assert not record(repeat()).disturbed
    assert record(repeat(interference=Interference(other_cpu_cores=0.6, busy=True))).disturbed
