"""Each claim, with fake records for which it holds and for which it fails."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cloformer.benchmarks.records import Measurement, summarize_samples
from cloformer.benchmarks.records.parts import Interference, Repeat
from cloformer.benchmarks.report.claims import Evidence, Judgment, judge_claims
from cloformer.benchmarks.report.counts import Count, count_variants
from cloformer.benchmarks.report.settings import group_by_setting
from cloformer.benchmarks.report.spectra import BranchSpectra
from tests.benchmarks.records.records import repeat
from tests.benchmarks.report.measured import BASE, CLOFORMER, measured

LIKE_COST, OLD, NEW, SCALING, RANKING = "similar multiply-adds", "compares itself with", "of today", "V100", "FLOPs, as"


@pytest.fixture(scope="module")
def counts() -> list[Count]:
    return count_variants()


def judge(
    phrase: str, records: Sequence[Measurement], counts: list[Count], spectra: list[BranchSpectra] | None = None
) -> Judgment:
    (found,) = [
        each for each in judge_claims(Evidence(group_by_setting(records), counts, spectra)) if phrase in each.claim
    ]
    return found


def test_parameters_agree_and_multiply_adds_do_not(counts: list[Count]) -> None:
    assert judge("million parameters", (), counts).verdict == "holds"
    flops = judge("GFLOPs", (), counts)
    assert flops.verdict == "fails"
    assert flops.measured == "0.66 / 1.22 / 2.17 billion multiply-adds, counted: 8 to 11 % more"


def test_without_records_nothing_is_judged(counts: list[Count]) -> None:
    for phrase in (LIKE_COST, OLD, NEW, SCALING, RANKING, "ImageNet", "high frequencies"):
        assert judge(phrase, (), counts).verdict == "cannot tell"


@pytest.mark.parametrize(("peer_ms", "verdict"), [(10, "holds"), (9.2, "holds"), (9.0, "fails"), (40, "holds")])
def test_time_at_like_multiply_adds(peer_ms: float, verdict: str, counts: list[Count]) -> None:
    found = judge(LIKE_COST, [*CLOFORMER, measured("SwiftFormer XS", peer_ms)], counts)  # 0.6 G, as XXS
    assert found.verdict == verdict
    assert set(found.cases) == {CLOFORMER[0].case, "SwiftFormer XS fp32 None, 4"}


def test_networks_of_other_cost_say_nothing_of_it(counts: list[Count]) -> None:
    assert judge(LIKE_COST, [*CLOFORMER, measured("NAT Tiny", 1)], counts).verdict == "cannot tell"


@pytest.mark.parametrize(
    ("peer", "milliseconds", "verdict", "text"),
    [
        ("MobileViT S", 30, "holds", "it beats MobileViT S"),  # 78.4 %, slower than XS
        ("MobileViT S", 5, "fails", "it loses: CloFormer xxs to MobileViT S"),
        ("MobileViT S", 9.5, "holds", "neither side beats the other"),  # within 10 %
        ("PVTv2 B0", 1, "holds", "neither side beats the other"),  # 70.5 %: faster, and worse
    ],
)
def test_accuracy_against_time(peer: str, milliseconds: float, verdict: str, text: str, counts: list[Count]) -> None:
    found = judge(OLD, [*CLOFORMER, measured(peer, milliseconds)], counts)
    assert found.verdict == verdict
    assert found.details == (f"ExecuTorch 1.4.1 xnnpack, fp32, 4 threads: {text}",)
    assert judge(NEW, [*CLOFORMER, measured(peer, milliseconds)], counts).verdict == "cannot tell"


def test_todays_networks_are_judged_apart(counts: list[Count]) -> None:
    records = [*CLOFORMER, measured("RepViT M1.1", 6)]
    assert judge(NEW, records, counts).verdict == "fails"
    assert judge(OLD, records, counts).verdict == "cannot tell"


def test_one_setting_that_fails_is_enough(counts: list[Count]) -> None:
    one_thread = BASE.runtime.model_copy(update={"threads": 1})
    records = [
        *(measured("CloFormer xxs", 10, runtime=runtime) for runtime in (BASE.runtime, one_thread)),
        measured("RepViT M1.1", 15, runtime=BASE.runtime),
        measured("RepViT M1.1", 5, runtime=one_thread),
    ]
    found = judge(NEW, records, counts)
    assert (found.verdict, found.measured) == ("fails", "it holds in 1 of 2 settings")
    assert len(found.details) == 2


def with_repeats(*repeats: Repeat) -> Measurement:
    """Return a record of MobileViT S with about 8 ms."""
    summary = summarize_samples([each.samples_ns for each in repeats])
    return measured("MobileViT S", 8).model_copy(update={"repeats": repeats, "summary": summary})


def test_noise_excuses_a_difference(counts: list[Count]) -> None:
    noisy = with_repeats(repeat(0, [7.2] * 5), repeat(1, [8.8] * 5))  # 20 % between its repeats
    assert judge(OLD, [measured("CloFormer xxs", 9.5), measured("MobileViT S", 8)], counts).verdict == "fails"
    assert judge(OLD, [measured("CloFormer xxs", 9.5), noisy], counts).verdict == "holds"


@pytest.mark.parametrize(
    "repeats",
    [
        (repeat(0, [6.4] * 5), repeat(1, [9.6] * 5)),  # 40 % between them
        (repeat(0, [8] * 5, interference=Interference(other_cpu_cores=1, busy=True)),),
        (repeat(0, [8] * 5, thermal=("severe",) * 6),),
    ],
)
def test_unsound_records_judge_nothing(repeats: tuple[Repeat, ...], counts: list[Count]) -> None:
    assert judge(OLD, [*CLOFORMER, with_repeats(*repeats)], counts).verdict == "cannot tell"


@pytest.mark.parametrize(("s_ms", "verdict"), [(20.4, "holds"), (22.3, "holds"), (23, "fails"), (18, "fails")])
def test_variants_cost_as_on_the_papers_machine(s_ms: float, verdict: str, counts: list[Count]) -> None:
    found = judge(SCALING, [*CLOFORMER[:2], measured("CloFormer s", s_ms)], counts)
    assert found.verdict == verdict
    assert judge(SCALING, CLOFORMER[:2], counts).verdict == "cannot tell"


def test_flops_that_rank_and_flops_that_do_not(counts: list[Count]) -> None:
    ranked = [measured("PVTv2 B0", 5), measured("EfficientNet B0", 4), *CLOFORMER]
    found = judge(RANKING, ranked, counts)
    assert found.verdict == "holds"
    assert found.details == ("ExecuTorch 1.4.1 xnnpack, fp32, 4 threads: 1.00 over 5 networks",)
    reversed_ = [measured("PVTv2 B0", 50), measured("EfficientNet B0", 60), *CLOFORMER]
    assert judge(RANKING, reversed_, counts).verdict == "fails"


@pytest.mark.parametrize(("pooled", "verdict"), [((0.0, -4.0, -5.0), "holds"), ((0.0, -1.0, -1.0), "fails")])
def test_the_branches_frequencies(pooled: tuple[float, ...], verdict: str, counts: list[Count]) -> None:
    spectra = [BranchSpectra(1, 1, (0.0, 0.5, 1.0), (0.0, -2.0, -3.0), pooled)]
    assert judge("high frequencies", (), counts, spectra).verdict == verdict
