"""What ``cloformer-bench export-time`` measured, as typed data."""

from __future__ import annotations

from cloformer.runtimes.bundle.manifest import Facts


class CommandCost(Facts):
    """What one process, with all processes that it starts, takes.

    Attributes:
        seconds: the wall time from start to end, imports included.
        peak_mb: the largest resident memory of all its processes together, in MiB.
    """

    seconds: float
    peak_mb: float


class PlainExport(Facts):
    """The export of the reference network with a target's libraries alone.

    Attributes:
        target: the name of the target.
        cost: what it takes.
    """

    target: str
    cost: CommandCost


class OwnExport(Facts):
    """One target within a call of ``cloformer-export``.

    Attributes:
        target: the name of the target.
        seconds: the time of its export, from its first stage to its report.
        peak_mb: the largest resident memory of its process, in MiB.
        stages: the seconds of each stage.
    """

    target: str
    seconds: float
    peak_mb: float
    stages: dict[str, float]


class ExportTimeReport(Facts):
    """Both ways in one run.

    Attributes:
        machine: the processor, and how many cores of it may be used.
        versions: the versions of the libraries.
        variant: the variant of the network.
        image_size: height and width of the input.
        precision: the precision of our artifacts; None for each target's own.
        jobs: how many of our exports ran at once.
        plain: the plain exports, one after the other.
        own: our exports.
        cost: what our whole command takes, parity included.
        command: the command line that was measured.
    """

    machine: str
    versions: dict[str, str]
    variant: str
    image_size: tuple[int, int]
    precision: str | None
    jobs: int
    plain: tuple[PlainExport, ...]
    own: tuple[OwnExport, ...]
    cost: CommandCost
    command: str

    @property
    def ratio(self) -> float | None:
        """Our time as a share of the plain exports' summed time; None without plain exports."""
        total = sum(each.cost.seconds for each in self.plain)
        return self.cost.seconds / total if total else None
