"""Which records of two files belong together, and why some of them must not be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cloformer.benchmarks.records import Measurement
from cloformer.model import InputFileError

MatchKey = tuple[str, str, str, str, int | None]


@dataclass(frozen=True)
class Pairing:
    """Records of the same network in the same precision, runtime and backend.

    Attributes:
        pairs: before and after.
        only_before: what the second file lacks.
        only_after: what the first file lacks.
    """

    pairs: tuple[tuple[Measurement, Measurement], ...]
    only_before: tuple[Measurement, ...]
    only_after: tuple[Measurement, ...]


def pair_records(before: Sequence[Measurement], after: Sequence[Measurement]) -> Pairing:
    """Pair by network, precision, runtime, backend and threads; the versions and the files are what may have changed.

    Where a file holds such a case in one thread count alone, and the other file in another one, they are paired too:
    they are alike enough to be asked for and must then be refused, not passed over.

    Forms of the network are told apart where a file holds several of one case: elsewhere they are what has changed.

    Raises:
        InputFileError: a file holds two records that could both be meant.
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
    """Return why a comparison of the two would say nothing, or None where it says something."""
    if before.failure or after.failure:
        return f"one of them failed: {before.failure or after.failure}"
    if before.summary is None or after.summary is None:
        return "one of them has no samples"
    for name, first, second in _conditions(before, after):
        if first != second:
            return f"their {name} differ: {_text(first)} and {_text(second)}"
    if before.throttled or after.throttled:
        return "the system slowed its cores down in one of them"
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
                f"two records are of {record.model.family} {record.model.variant} {record.artifact.precision} in "
                f"{record.runtime.name}: {found[key].case} and {record.case}",
                "compare files that hold each case once",
            )
        found[key] = record
    return found


def _key(record: Measurement, *, by_form: bool) -> MatchKey:
    model, runtime = record.model, record.runtime
    form = record.artifact.form if by_form else ""
    name = f"{model.family} {model.variant} {model.task} {form}"
    size = "x".join(map(str, record.input.shape))
    return (name, size, record.artifact.precision, f"{runtime.name} {runtime.backend}", runtime.threads)
