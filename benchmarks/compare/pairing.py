"""Pairing the records of two files, and finding reasons why some of them must not be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cloformer.benchmarks.records import Measurement
from cloformer.model import InputFileError

MatchKey = tuple[str, str, str, str, int | None]


@dataclass(frozen=True)
class Pairing:
    """Pairs of records of the same network in the same precision, runtime and backend.

    Attributes:
        pairs: pairs of a record before and a record after.
        only_before: records without a counterpart in the second file.
        only_after: records without a counterpart in the first file.
    """

    pairs: tuple[tuple[Measurement, Measurement], ...]
    only_before: tuple[Measurement, ...]
    only_after: tuple[Measurement, ...]


def pair_records(before: Sequence[Measurement], after: Sequence[Measurement]) -> Pairing:
    """Pair records by network, precision, runtime, backend and threads; versions and files may differ.

    If each file has such a case with only one thread count, but not the same one, the records are paired too, so that
    the comparison is refused instead of silently skipped.

    Forms of the network are only distinguished if a file has several forms of one case; otherwise the form may differ.

    Raises:
        InputFileError: a file has two records of the same case.
    """
    by_form = any(_repeats(records) for records in (before, after))
    first, second = _by_key(before, by_form=by_form), _by_key(after, by_form=by_form)
    for key in [key for key in first if key not in second]:
        others = [other for other in second if other[:-1] == key[:-1] and other not in first]
        if len(others) == 1 and sum(each[:-1] == key[:-1] for each in first) == 1:
            second[key] = second.pop(others[0])
    return Pairing(
        tuple((first[key], second[key]) for key in first if key in second),
        tuple(record for key, record in first.items() if key not in second),
        tuple(record for key, record in second.items() if key not in first),
    )


def why_incomparable(before: Measurement, after: Measurement) -> str | None:
    """Return why a comparison of the two records would be meaningless, or None if it is meaningful."""
    if before.failure or after.failure:
        return f"one of them failed: {before.failure or after.failure}"
    if before.summary is None or after.summary is None:
        return "one of them has no samples"
    for name, first, second in _conditions(before, after):
        if first != second:
            return f"their {name} differ: {_text(first)} and {_text(second)}"
    if before.throttled or after.throttled:
        return "the system slowed down its cores in one of them"
    return None


def _conditions(before: Measurement, after: Measurement) -> list[tuple[str, object, object]]:
    def of(record: Measurement) -> dict[str, object]:
        device = record.device
        return {
            "devices": (device.kind, device.model, device.soc, device.cores),
            "systems": (device.os, device.os_version),
            "thread counts": record.runtime.threads,
            "input shapes": record.input.shape,
            "input types": record.input.dtype,
            "numbers of classes": record.model.num_classes,
            "pinned cores": record.protocol.pinned,
            "protocols": record.protocol.name == "rigorous",
            "substitutes": record.runtime.substitute,
            "8-bit kernels": record.runtime.int8_kernels,
        }

    first, second = of(before), of(after)
    return [(name, first[name], second[name]) for name in first]


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(str(part) for part in value if part is not None)
    return str(value)


def _repeats(records: Sequence[Measurement]) -> bool:
    return len({_key(record, by_form=False) for record in records}) < len(records)


def _by_key(records: Sequence[Measurement], *, by_form: bool) -> dict[MatchKey, Measurement]:
    found: dict[MatchKey, Measurement] = {}
    for record in records:
        key = _key(record, by_form=by_form)
        if key in found:
            raise InputFileError(
                f"two records are for {record.model.family} {record.model.variant} {record.artifact.precision} in "
                f"{record.runtime.name}: {found[key].case} and {record.case}",
                "compare files that contain each case once",
            )
        found[key] = record
    return found


def _key(record: Measurement, *, by_form: bool) -> MatchKey:
    model, runtime = record.model, record.runtime
    form = record.artifact.form if by_form else ""
    name = f"{model.family} {model.variant} {model.task} {form}"
    size = "x".join(map(str, record.input.shape))
    return (name, size, record.artifact.precision, f"{runtime.name} {runtime.backend}", runtime.threads)
