"""The contents of the page, in the order in which they appear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from cloformer.benchmarks.latency_model.prediction import PredictionReport
from cloformer.benchmarks.peers.networks import TIMM_NAMES
from cloformer.benchmarks.peers.published import PUBLISHED, Published
from cloformer.benchmarks.records import Measurement

from .claims import Evidence, Judgment, judge_claims
from .correlation import RankCorrelation, correlate
from .counts import Count, count_variants
from .settings import CLOFORMER, Entry, Setting, devices_of, group_by_setting
from .spectra import BranchSpectra


@dataclass(frozen=True)
class Pair:
    """One network measured in two ways.

    Attributes:
        what: name of the network and the setting in which it ran.
        before: measurement of the plain form or of the wider precision.
        after: measurement of the mobile form or of the narrower precision.
    """

    what: str
    before: Entry
    after: Entry

    @property
    def times_faster(self) -> float:
        """How many times faster ``after`` is than ``before``."""
        return self.before.milliseconds / self.after.milliseconds

    @property
    def smaller(self) -> float:
        """Size of ``after`` as a share of the size of ``before``."""
        return self.after.record.artifact.bytes / self.before.record.artifact.bytes


@dataclass(frozen=True)
class Document:
    """The contents of the page.

    Attributes:
        forms: pairs of CloFormer's plain and mobile exports.
        precisions: pairs of the same network in fp32 and in another precision.
        unmeasured: published rows of networks that no library provides.
        disturbed: records that another process or the hypervisor disturbed.
        throttled: records during which the system slowed down its cores.
    """

    devices: Sequence[str]
    settings: Sequence[Setting]
    correlations: Sequence[tuple[Setting, RankCorrelation]]
    claims: Sequence[Judgment]
    counts: Sequence[Count]
    forms: Sequence[Pair]
    precisions: Sequence[Pair]
    spectra: Sequence[BranchSpectra] | None
    prediction: PredictionReport | None
    unmeasured: Sequence[Published]
    records: Sequence[Measurement]
    disturbed: Sequence[Measurement]
    throttled: Sequence[Measurement]


def make_document(
    records: Sequence[Measurement], prediction: PredictionReport | None, spectra: Sequence[BranchSpectra] | None
) -> Document:
    """Arrange ``records`` for the page, and judge the claims by them."""
    settings = group_by_setting(records)
    counts = count_variants()
    return Document(
        devices=devices_of(records),
        settings=settings,
        correlations=[(setting, found) for setting in settings if (found := correlate(setting))],
        claims=judge_claims(Evidence(settings, counts, spectra)),
        counts=counts,
        forms=_forms(settings),
        precisions=_precisions(settings),
        spectra=spectra,
        prediction=prediction,
        unmeasured=[row for row in PUBLISHED if row.family != CLOFORMER and row.name not in TIMM_NAMES],
        records=records,
        disturbed=[record for record in records if record.disturbed],
        throttled=[record for record in records if record.throttled],
    )


def _forms(settings: Sequence[Setting]) -> list[Pair]:
    return [
        Pair(f"{after.name}, {setting.title}", before, after)
        for setting in settings
        for before in setting.entries
        for after in setting.entries
        if before.is_plain and after.is_cloformer and not after.is_plain and _same_model(before, after)
    ]


def _precisions(settings: Sequence[Setting]) -> list[Pair]:
    pairs = []
    for one, other in combinations(settings, 2):
        wide, narrow = (one, other) if one.precision == "fp32" else (other, one)
        alike = (one.device, one.runtime, one.threads) == (other.device, other.runtime, other.threads)
        if alike and wide.precision == "fp32" and narrow.precision != "fp32":
            pairs += [
                Pair(f"{after.name}, {narrow.title}", before, after)
                for before in wide.mobile
                for after in narrow.mobile
                if _same_model(before, after)
            ]
    return pairs


def _same_model(one: Entry, other: Entry) -> bool:
    return (one.record.model.family, one.record.model.variant, one.record.input.shape) == (
        other.record.model.family,
        other.record.model.variant,
        other.record.input.shape,
    )
