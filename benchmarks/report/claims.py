"""The paper's claims about efficiency, each judged by measurements. Wins and losses are reported equally."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cloformer.benchmarks.compare.comparison import SMALLEST_TOLERANCE
from cloformer.benchmarks.peers.published import find_published

from .correlation import correlate
from .counts import Count
from .settings import CLOFORMER, Entry, Setting
from .spectra import BranchSpectra

ARGUED_WITH = ("MobileViT", "MobileViTv2", "PVTv2", "Swin", "EdgeViT", "Mobile-Former", "LVT", "NAT")
"""Families that the paper compares itself with and whose latencies may be available."""

Word = Literal["holds", "fails", "cannot tell"]

_ALIKE = 0.25
"""Maximum relative difference in multiply-adds between networks of similar cost."""

_RANKS = 0.8
"""Minimum Spearman correlation at which multiply-adds count as ranking latencies."""

_V100_IMAGES_PER_SECOND = {"xxs": 2425, "xs": 1676, "s": 1186}


@dataclass(frozen=True)
class Evidence:
    """The evidence by which claims are judged.

    Attributes:
        spectra: spectra of the demo checkpoint's branches, or None if there is no demo checkpoint.
    """

    settings: Sequence[Setting]
    counts: Sequence[Count]
    spectra: Sequence[BranchSpectra] | None


@dataclass(frozen=True)
class Judgment:
    """The verdict on one claim.

    Attributes:
        claim: the claim in our words.
        measured: result of the measurements.
        details: results for each setting.
        cases: cases of the records on which the verdict is based.
    """

    claim: str
    measured: str
    verdict: Word
    details: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


@dataclass(frozen=True)
class _InSetting:
    """What the measurements in one setting say about a claim.

    Attributes:
        holds: whether the claim holds in this setting, or None if the setting cannot tell.
    """

    setting: Setting
    holds: bool | None
    measured: str = ""
    entries: tuple[Entry, ...] = ()


def judge_claims(evidence: Evidence) -> list[Judgment]:
    """Return the verdict on every claim."""
    return [judge(evidence) for judge in _JUDGES]


def _parameters(evidence: Evidence) -> Judgment:
    claim = f"It has {_listed(count.paper.parameters for count in evidence.counts)} million parameters (XXS, XS, S)."
    holds = all(round(count.parameters, 1) == count.paper.parameters for count in evidence.counts)
    measured = f"{_listed(f'{count.parameters:.2f}' for count in evidence.counts)} million, counted"
    return Judgment(claim, measured, "holds" if holds else "fails")


def _multiply_adds(evidence: Evidence) -> Judgment:
    claim = f"It needs {_listed(count.paper.multiply_adds for count in evidence.counts)} GFLOPs (XXS, XS, S)."
    holds = all(round(count.multiply_adds, 1) == count.paper.multiply_adds for count in evidence.counts)
    excess = [100 * count.excess for count in evidence.counts]
    counted = _listed(f"{count.multiply_adds:.2f}" for count in evidence.counts)
    measured = f"{counted} billion multiply-adds, counted: {min(excess):.0f} to {max(excess):.0f} % more"
    return Judgment(claim, measured, "holds" if holds else "fails")


def _accuracy(evidence: Evidence) -> Judgment:
    rows = (find_published(CLOFORMER, count.variant) for count in evidence.counts)
    claim = f"It reaches {_listed(row.top1 for row in rows if row)} % on ImageNet-1k (XXS, XS, S)."
    return Judgment(claim, "no trained weights have been published", "cannot tell")


def _like_cost(evidence: Evidence) -> Judgment:
    return _over_settings(
        "Its few multiply-adds make it fast: it is no slower than networks with similar multiply-adds (within 25 %).",
        evidence,
        _like_cost_in,
    )


def _like_cost_in(setting: Setting) -> _InSetting:
    ratios: list[float] = []
    used: list[Entry] = []
    for own in _own(setting):
        alike = [
            peer
            for peer in _peers(setting)
            if own.multiply_adds
            and peer.multiply_adds
            and abs(np.log(peer.multiply_adds / own.multiply_adds)) <= np.log1p(_ALIKE)
        ]
        if alike:
            ratios.append(own.milliseconds / float(np.median([peer.milliseconds for peer in alike])))
            used += [own, *alike]
    if not ratios:
        return _InSetting(setting, None)
    tolerance = max(SMALLEST_TOLERANCE, *(entry.noise for entry in used))
    text = f"{_range(ratios)} times their median"
    return _InSetting(setting, max(ratios) <= 1 + tolerance, text, tuple(used))


def _against_old(evidence: Evidence) -> Judgment:
    return _over_settings(
        "Its accuracy costs less time than that of the networks that the paper compares itself with: none of them is "
        "both more accurate (as published) and faster.",
        evidence,
        lambda setting: _trade_off_in(
            setting, [peer for peer in _peers(setting) if peer.record.model.family in ARGUED_WITH]
        ),
    )


def _against_new(evidence: Evidence) -> Judgment:
    return _over_settings(
        "The same holds against the best mobile networks of today, which the paper could not know.",
        evidence,
        lambda setting: _trade_off_in(
            setting, [peer for peer in _peers(setting) if peer.record.model.family not in ARGUED_WITH]
        ),
    )


def _trade_off_in(setting: Setting, peers: Sequence[Entry]) -> _InSetting:
    """Compare with ``peers``: one network beats another if it is as accurate, and faster by more than the tolerance."""
    own = _own(setting)
    rivals = [peer for peer in peers if peer.top1 is not None]
    if not own or not rivals:
        return _InSetting(setting, None)
    beaten_by = {entry.name: [rival.name for rival in rivals if _beats(rival, entry)] for entry in own}
    lost = [f"{name} to {', '.join(winners)}" for name, winners in beaten_by.items() if winners]
    won = [rival.name for rival in rivals if any(_beats(entry, rival) for entry in own)]
    parts = [f"it loses: {'; '.join(lost)}" if lost else "", f"it beats {', '.join(won)}" if won else ""]
    text = "; ".join(part for part in parts if part) or "neither side beats the other"
    return _InSetting(setting, not lost, text, (*own, *rivals))


def _beats(one: Entry, other: Entry) -> bool:
    tolerance = max(SMALLEST_TOLERANCE, one.noise, other.noise)
    accurate = one.top1 is not None and other.top1 is not None and one.top1 >= other.top1
    return accurate and one.milliseconds * (1 + tolerance) < other.milliseconds


def _scaling(evidence: Evidence) -> Judgment:
    per_second = _listed(_V100_IMAGES_PER_SECOND.values())
    return _over_settings(
        f"Its variants have the same relative cost as on a V100, at {per_second} images per second (XXS, XS, S).",
        evidence,
        _scaling_in,
    )


def _scaling_in(setting: Setting) -> _InSetting:
    entries = {entry.record.model.variant: entry for entry in _own(setting)}
    if entries.keys() < _V100_IMAGES_PER_SECOND.keys():
        return _InSetting(setting, None)
    fastest = entries["xxs"]
    others = [entries[variant] for variant in ("xs", "s")]
    measured = [entry.milliseconds / fastest.milliseconds for entry in others]
    on_v100 = [_V100_IMAGES_PER_SECOND["xxs"] / _V100_IMAGES_PER_SECOND[variant] for variant in ("xs", "s")]
    tolerance = max(SMALLEST_TOLERANCE, *(entry.noise for entry in entries.values()))
    holds = all(abs(np.log(here / there)) <= np.log1p(tolerance) for here, there in zip(measured, on_v100, strict=True))
    text = f"XS and S take {_range(measured)} times as long as XXS; on a V100, {_range(on_v100)}"
    return _InSetting(setting, holds, text, tuple(entries.values()))


def _ranking(evidence: Evidence) -> Judgment:
    return _over_settings(
        "Networks can be compared by FLOPs, as the paper does: FLOPs rank latencies (Spearman's correlation of at "
        "least 0.8).",
        evidence,
        _ranking_in,
    )


def _ranking_in(setting: Setting) -> _InSetting:
    found = correlate(setting)
    if found is None:
        return _InSetting(setting, None)
    text = f"{found.rho:.2f} over {found.networks} networks"
    return _InSetting(setting, found.rho >= _RANKS, text, setting.sound)


def _spectra(evidence: Evidence) -> Judgment:
    claim = "Its local branch passes high frequencies and its global branch low ones."
    if not evidence.spectra:
        return Judgment(claim, "there is no trained demo checkpoint", "cannot tell")
    higher = sum(each.local_is_higher for each in evidence.spectra)
    measured = (
        f"in {higher} of {len(evidence.spectra)} blocks of the demo checkpoint (digits, 64x64) the local branch keeps "
        "more of the upper half of the frequencies"
    )
    return Judgment(claim, measured, "holds" if higher == len(evidence.spectra) else "fails")


_JUDGES: tuple[Callable[[Evidence], Judgment], ...] = (
    _parameters,
    _multiply_adds,
    _accuracy,
    _like_cost,
    _against_old,
    _against_new,
    _scaling,
    _ranking,
    _spectra,
)


def _over_settings(claim: str, evidence: Evidence, judge: Callable[[Setting], _InSetting]) -> Judgment:
    """Judge a claim in every setting: it holds if it holds in all settings that can tell; the details list them."""
    found = [each for each in map(judge, evidence.settings) if each.holds is not None]
    if not found:
        return Judgment(claim, "there are no measurements that are sound enough to tell", "cannot tell")
    kept = sum(bool(each.holds) for each in found)
    details = tuple(f"{each.setting.title}: {each.measured}" for each in found)
    measured = f"it holds in {kept} of {len(found)} settings"
    cases = tuple(dict.fromkeys(entry.record.case for each in found for entry in each.entries))
    return Judgment(claim, measured, "holds" if kept == len(found) else "fails", details, cases)


def _own(setting: Setting) -> list[Entry]:
    return [entry for entry in setting.sound if entry.is_cloformer]


def _peers(setting: Setting) -> list[Entry]:
    return [entry for entry in setting.sound if not entry.is_cloformer]


def _listed(values: Iterable[object]) -> str:
    return " / ".join(map(str, values))


def _range(values: Sequence[float]) -> str:
    low, high = f"{min(values):.2f}", f"{max(values):.2f}"
    return low if low == high else f"{low} to {high}"
