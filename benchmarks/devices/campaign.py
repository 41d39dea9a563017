"""Measuring a phone: push the bundles, test and time every way to run them, and skip what was already measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cloformer.benchmarks.host.sources import Source, bundle_sources
from cloformer.benchmarks.records import Measurement, append_line, read_records, replace_records
from cloformer.benchmarks.records.parts import DeviceFacts, InputUsed, Protocol, RuntimeFacts, ToolFacts
from cloformer.model import UsageError
from cloformer.runtimes.bundle.bundle import open_bundle

from .app import AppDiedError, ask
from .app_protocol import AppRequest, Offer, app_protocol
from .patience import Patience
from .phone import Phone, PhoneState
from .transfer import push_bundle

SELF_TEST, MEMORY = -2, -1
"""Repeat numbers that stand for the golden vectors and for the pass that measures memory."""

_THREADED_BACKENDS = frozenset({"cpu", "xnnpack"})


@dataclass(frozen=True)
class CampaignOptions:
    """What to measure on a phone.

    Attributes:
        threads: thread counts to time, for backends that run on the CPU.
        runtimes: names of the runtimes to measure; if empty, all that the app has.
    """

    bundles: Sequence[Path]
    threads: Sequence[int]
    protocol: Protocol
    runtimes: Sequence[str] = ()


@dataclass(frozen=True)
class PhoneCase:
    """One case to measure, which fills one record."""

    bundle: Path
    offer: Offer
    threads: int
    source: Source

    @property
    def title(self) -> str:
        """The name shown to users."""
        threads = f", threads: {self.threads}" if self.offer.backend in _THREADED_BACKENDS else ""
        return f"{self.bundle.resolve().name}: {self.offer.title}{threads}"

    def is_of(self, record: Measurement, protocol: Protocol) -> bool:
        """Whether ``record`` belongs to this case, measured with ``protocol``."""
        runtime, artifact = record.runtime, self.source.artifact
        return (
            artifact is not None
            and record.artifact.sha256 == artifact.sha256
            and (runtime.name, runtime.version, runtime.backend)
            == (self.offer.runtime, self.offer.version, self.offer.backend)
            and runtime.threads in (self.threads, None)
            and app_protocol(record.protocol) == app_protocol(protocol)
        )


def measure_phone(
    phone: Phone,
    options: CampaignOptions,
    journal: Path,
    patience: Patience,
    tool: ToolFacts,
    tell: Callable[[str], None],
) -> list[Measurement]:
    """Measure what is missing from ``journal``, and return the phone's records.

    Raises:
        UsageError: the journal is from another device.
        PhoneError: the phone does not come back, is full, or stays hot.
    """
    known = read_records(journal) if journal.exists() else []
    for bundle in options.bundles:
        push_bundle(phone, bundle, patience, tell)
    device, cases = _find_cases(phone, options, patience)
    if any(record.device != device for record in known):
        raise UsageError(f"{journal} has records from another device", "choose another file with --records")
    jobs = [job for job in _jobs(cases, options.protocol) if not _was_done(*job, known, options.protocol)]
    failed: set[PhoneCase] = set()
    for number, (case, repeat) in enumerate(jobs, start=1):
        if case in failed:
            continue
        state = patience.cool_down(phone)
        lines = _do(phone, case, repeat, options.protocol, patience, device, tool)
        for line in lines:
            append_line(journal, _complete(line, case, state))
        if any(line.failure for line in lines):
            failed.add(case)
        if state.thermal is None and state.celsius is None and any(line.throttled for line in lines):
            patience.rest(phone)
        tell(f"{number}/{len(jobs)} {case.title}: {_found(lines)}")
    records = read_records(journal) if journal.exists() else []
    replace_records(journal, records)
    return records


def _find_cases(phone: Phone, options: CampaignOptions, patience: Patience) -> tuple[DeviceFacts, list[PhoneCase]]:
    device: DeviceFacts | None = None
    cases: list[PhoneCase] = []
    for bundle in options.bundles:
        request = AppRequest(kind="inspect", bundle=bundle.resolve().name, protocol=app_protocol(options.protocol))
        status = ask(phone, request, patience).status
        device = status.device or device
        sources = {source.path.name: source for source in bundle_sources(bundle)}
        for offer in status.choices:
            if options.runtimes and offer.runtime not in options.runtimes:
                continue
            counts = options.threads if offer.backend in _THREADED_BACKENDS else options.threads[:1]
            cases += [PhoneCase(bundle, offer, count, sources[offer.file]) for count in counts]
    if device is None or not cases:
        names = ", ".join(bundle.resolve().name for bundle in options.bundles)
        raise UsageError(
            f"the app on {phone.title} cannot run any artifact of {names}", "export for one of the app's runtimes"
        )
    return device, cases


def _jobs(cases: Sequence[PhoneCase], protocol: Protocol) -> Iterable[tuple[PhoneCase, int]]:
    """Return the jobs: the golden vectors of every case, then the repeats in turns, and memory last."""
    for turn in (SELF_TEST, *range(protocol.repeats), MEMORY):
        yield from ((case, turn) for case in cases)


def _was_done(case: PhoneCase, turn: int, known: Sequence[Measurement], protocol: Protocol) -> bool:
    own = [record for record in known if case.is_of(record, protocol) and not record.failure]
    if turn == SELF_TEST:
        return any(record.self_test for record in own)
    if turn == MEMORY:
        return any(record.memory for record in own)
    return any(repeat.index == turn for record in own for repeat in record.repeats)


def _do(
    phone: Phone,
    case: PhoneCase,
    turn: int,
    protocol: Protocol,
    patience: Patience,
    device: DeviceFacts,
    tool: ToolFacts,
) -> tuple[Measurement, ...]:
    request = AppRequest(
        kind="self-test" if turn == SELF_TEST else "benchmark",
        bundle=case.bundle.resolve().name,
        runtime=case.offer.runtime,
        backend=case.offer.backend,
        precision=case.offer.precision,
        threads=case.threads,
        protocol=app_protocol(protocol),
        repeats=(turn,) if turn >= 0 else (),
        memory=turn == MEMORY,
    )
    try:
        return ask(phone, request, patience).lines
    except AppDiedError as error:
        return (_failure(case, protocol, device, tool, error),)


def _failure(
    case: PhoneCase, protocol: Protocol, device: DeviceFacts, tool: ToolFacts, error: AppDiedError
) -> Measurement:
    """Return the failure record that the app could not write."""
    artifact, model = case.source.artifact, case.source.model
    assert artifact is not None
    assert model is not None
    facts = next(each for each in open_bundle(case.bundle).manifest.artifacts if each.file == case.offer.file)
    batch, channels, height, width = facts.input.shape
    threads = case.threads if case.offer.backend in _THREADED_BACKENDS else None
    return Measurement(
        case=f"{case.title}, failed",
        tool=tool,
        device=device,
        runtime=RuntimeFacts(
            name=case.offer.runtime, version=case.offer.version, backend=case.offer.backend, threads=threads
        ),
        artifact=artifact,
        model=model,
        input=InputUsed(shape=(batch or 1, channels, height, width), dtype=facts.input.dtype, content="golden"),
        protocol=protocol,
        failure=error.problem,
    )


def _complete(line: Measurement, case: PhoneCase, state: PhoneState) -> Measurement:
    """Add what only the computer knows: multiply-adds, delegation, and the phone's modes."""
    known = {"airplane_mode": state.airplane_mode, "fixed_performance": state.fixed_performance}
    repeats = tuple(
        repeat.model_copy(update={"interference": repeat.interference.model_copy(update=known)})
        for repeat in line.repeats
    )
    return line.model_copy(update={"model": case.source.model, "artifact": case.source.artifact, "repeats": repeats})


def _found(lines: Sequence[Measurement]) -> str:
    words = []
    for line in lines:
        if line.failure:
            words.append(f"failed: {line.failure}")
        if line.self_test:
            words.append("golden vectors agree" if line.self_test.passed else "golden vectors DIFFER")
        if line.summary:
            throttled = ", throttled" if line.throttled else ""
            words.append(f"{line.summary.median_ns / 1e6:.2f} ms{throttled}")
        if line.memory:
            words.append(f"{(line.memory.peak_bytes - line.memory.before_bytes) / 2**20:.0f} MB")
    return "; ".join(words) or "no result"
