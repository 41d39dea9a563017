"""Grouping records by setting; a chart only shows records of one setting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cloformer.benchmarks.compare.comparison import NOISY
from cloformer.benchmarks.peers.published import Published, find_published
from cloformer.benchmarks.records import Measurement

CLOFORMER = "CloFormer"
REFERENCE_FORM = "reference"
MILLISECOND = 1e6
"""One millisecond in nanoseconds."""


@dataclass(frozen=True)
class Entry:
    """One measured network.

    Attributes:
        published: published numbers of the network, or None.
    """

    record: Measurement
    published: Published | None

    @property
    def name(self) -> str:
        """Family and variant; a plain export of CloFormer is marked as such."""
        plain = ", plain" if self.record.artifact.form == REFERENCE_FORM else ""
        return f"{self.record.model.family} {self.record.model.variant}{plain}"

    @property
    def milliseconds(self) -> float:
        """The median latency in milliseconds."""
        assert self.record.summary
        return self.record.summary.median_ns / MILLISECOND

    @property
    def noise(self) -> float:
        """The uncertainty of the median, relative to it."""
        assert self.record.summary
        return self.record.summary.noise

    @property
    def multiply_adds(self) -> float | None:
        """Billions of multiply-adds as we counted them, or as published if we could not."""
        if self.record.model.multiply_adds:
            return self.record.model.multiply_adds / 1e9
        return self.published.multiply_adds if self.published else None

    @property
    def top1(self) -> float | None:
        """The published top-1 accuracy in percent, because the measured networks have random weights."""
        return self.published.top1 if self.published else None

    @property
    def is_sound(self) -> bool:
        """Whether it may be used to judge claims: not disturbed, not throttled, and not too noisy for a comparison."""
        return not (self.record.disturbed or self.record.throttled or self.noise > NOISY)

    @property
    def is_cloformer(self) -> bool:
        """Whether the network is CloFormer."""
        return self.record.model.family == CLOFORMER

    @property
    def is_plain(self) -> bool:
        """Whether it is CloFormer in a plain export, without the mobile form."""
        return self.record.artifact.form == REFERENCE_FORM


@dataclass(frozen=True)
class Setting:
    """Records that can be compared: they share device, runtime, backend, thread count and precision.

    Attributes:
        entries: measured networks, the fastest first.
        failed: records of cases that could not be measured.
    """

    device: str
    runtime: str
    threads: int | None
    precision: str
    entries: tuple[Entry, ...]
    failed: tuple[Measurement, ...]

    @property
    def title(self) -> str:
        """The name shown to users."""
        threads = "" if self.threads is None else f", {self.threads} thread{'s' * (self.threads > 1)}"
        return f"{self.runtime}, {self.precision}{threads}"

    @property
    def mobile(self) -> tuple[Entry, ...]:
        """The fastest entry of each network, without CloFormer's plain exports."""
        first: dict[str, Entry] = {}
        for entry in self.entries:
            if not entry.is_plain:
                first.setdefault(entry.name, entry)
        return tuple(first.values())

    @property
    def sound(self) -> tuple[Entry, ...]:
        """The entries of ``mobile`` by which claims are judged."""
        return tuple(entry for entry in self.mobile if entry.is_sound)


def group_by_setting(records: Sequence[Measurement]) -> list[Setting]:
    """Group records into settings, in the order of their first records."""
    keys = dict.fromkeys(map(_key, records))
    return [_setting(key, [record for record in records if _key(record) == key]) for key in keys]


def devices_of(records: Iterable[Measurement]) -> list[str]:
    """Return the title of each device once."""
    return list(dict.fromkeys(map(device_title, records)))


def device_title(record: Measurement) -> str:
    """Return the name of a record's device and its system."""
    device = record.device
    soc = f", {device.soc}" if device.soc else ""
    return f"{device.kind}: {device.model}{soc}, {device.os} {device.os_version}, {device.cores} cores"


_Key = tuple[str, str, int | None, str]


def _key(record: Measurement) -> _Key:
    runtime = record.runtime
    substitute = f" ({runtime.substitute})" if runtime.substitute else ""
    title = f"{runtime.name} {runtime.version} {runtime.backend}{substitute}"
    return (device_title(record), title, runtime.threads, record.artifact.precision)


def _setting(key: _Key, records: Sequence[Measurement]) -> Setting:
    measured = [record for record in records if record.summary and not record.failure]
    entries = [Entry(record, find_published(record.model.family, record.model.variant)) for record in measured]
    failed = tuple(record for record in records if record.failure)
    return Setting(*key, tuple(sorted(entries, key=lambda entry: entry.milliseconds)), failed)
