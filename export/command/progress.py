"""What a person sees of an export: each stage with its time, then a table and the next command to try."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from rich import box
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from cloformer.command_line import Output
from cloformer.export.request.registry import TARGETS
from cloformer.export.request.request import ArtifactRequest
from cloformer.model import CloformerError

from .explain import explain

if TYPE_CHECKING:
    from cloformer.export.pipeline.exporter import Artifact
    from cloformer.export.report import Fp16Report
    from cloformer.export.stages import StageListener

Outcome: TypeAlias = "tuple[ArtifactRequest, Artifact | CloformerError]"


class StageLines:
    """Prints a line for each finished stage, and spins with the names of those that run."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._console = output.people
        self._quiet = output.as_json
        self._running: dict[str, str] = {}
        self._status: Status | None = None

    def listener(self, prefix: str) -> StageListener:
        """Return a listener whose lines begin with ``prefix``."""

        def listen(name: str, seconds: float | None) -> None:
            self._output.stop_if_interrupted()
            if self._quiet:
                return
            self.stop()
            self._running.pop(prefix, None)
            if seconds is None:
                self._running[prefix] = name
            else:
                self._console.print(f"  [green]done[/] {seconds:7.1f} s  {prefix}: {name}")
            self._spin()

        return listen

    def ended(self, prefix: str, *, failed: bool) -> None:
        """Forget what runs under ``prefix``, and say so if it failed."""
        self.stop()
        self._running.pop(prefix, None)
        if failed and not self._quiet:
            self._console.print(f"  [red]failed[/]           {prefix}")
        self._spin()

    def stop(self) -> None:
        """Stop spinning."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _spin(self) -> None:
        running = "; ".join(f"{prefix}: {name}" for prefix, name in self._running.items())
        if running and not self._quiet:
            self._status = self._console.status(f"{running} ...")
            self._status.start()


class ExportProgress:
    """Shows how far each export is; see ``ExportWatcher``."""

    def __init__(self, output: Output) -> None:
        self.lines = StageLines(output)
        self._output = output

    def listener(self, request: ArtifactRequest) -> StageListener:
        """Return the listener for the stages of a request."""
        return self.lines.listener(_name(request))

    def ended(self, request: ArtifactRequest, result: Artifact | CloformerError) -> None:
        """Show that a request failed, if it did."""
        self.lines.ended(_name(request), failed=isinstance(result, CloformerError))

    def check(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was pressed."""
        self._output.stop_if_interrupted()


def _name(request: ArtifactRequest) -> str:
    return f"{request.target.title} {request.precision}"


def show_results(outcomes: list[Outcome], output: Output, *, explained: bool) -> int:
    """Print the closing table, or the JSON document; returns the exit code, the first failure's.

    ``explained`` adds which operators each backend runs, and which fall back to the CPU.
    """
    failures = [result for _, result in outcomes if isinstance(result, CloformerError)]
    artifacts = [result for _, result in outcomes if not isinstance(result, CloformerError)]
    if output.as_json:
        output.print_json(_document(artifacts, failures))
    else:
        output.people.print(_table(outcomes))
        for artifact in artifacts:
            output.people.print(escape(f"{artifact.report.file}: {_verdict(artifact)}"), soft_wrap=True)
            fp16 = artifact.report.fp16
            if fp16 and (fp16.kept_fp32 or fp16.beyond):
                output.people.print(escape(f"{artifact.report.file}: {_reach(fp16)}"), soft_wrap=True)
            note = TARGETS[artifact.report.target].notes.get(artifact.report.precision)
            if note:
                output.people.print(escape(f"{artifact.report.file}: {note}"), soft_wrap=True)
            for line in explain(artifact.report.file, artifact.report.delegation) if explained else ():
                output.people.print(escape(line), soft_wrap=True)
        for failure in failures:
            output.print_error(failure.problem, failure.remedy)
        runnable = [artifact for artifact in artifacts if artifact.report.parity.passed]
        runnable.sort(key=lambda artifact: artifact.report.parity.substitute is not None)
        if runnable:
            output.people.print(
                f"\nNext: cloformer-predict {escape(str(runnable[0].path))} YOUR_PHOTO.jpg", soft_wrap=True
            )
    return failures[0].exit_code if failures else 0


def _document(artifacts: list[Artifact], failures: list[CloformerError]) -> dict[str, object]:
    return {
        "bundle": str(artifacts[0].bundle) if artifacts else None,
        "artifacts": [
            {"path": str(artifact.path), **artifact.report.model_dump(mode="json")} for artifact in artifacts
        ],
        "errors": [
            {"exit_code": failure.exit_code, "problem": failure.problem, "remedy": failure.remedy}
            for failure in failures
        ],
    }


def _table(outcomes: list[Outcome]) -> Table:
    bundles = [result.bundle for _, result in outcomes if not isinstance(result, CloformerError)]
    table = Table(title=escape(str(bundles[0])) if bundles else None, title_justify="left", box=box.SIMPLE)
    for heading, right in (
        ("artifact", False),
        ("MB", True),
        ("s", True),
        ("max-abs", True),
        ("PSNR dB", True),
        ("top-1", True),
        ("verdict", False),
    ):
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    for request, result in outcomes:
        table.add_row(*_row(request, result))
    return table


def _row(request: ArtifactRequest, result: Artifact | CloformerError) -> list[str]:
    if isinstance(result, CloformerError):
        return [request.file_name, "", "", "", "", "", "[bold red]failed[/]"]
    report, parity = result.report, result.report.parity
    row = [report.file, f"{report.bytes / 1e6:.1f}", f"{report.seconds:.0f}"]
    if parity.not_run:
        return [*row, "", "", "", "[yellow]not compared[/]"]
    psnr = "identical" if parity.psnr_db is None else f"{parity.psnr_db:.1f}"
    agreement = f"{100 * (parity.top1_agreement or 0):.0f} %"
    return [*row, f"{parity.max_abs:.1e}", psnr, agreement, "[green]equal[/]"]


def _verdict(artifact: Artifact) -> str:
    parity = artifact.report.parity
    if parity.not_run:
        return f"not compared ({parity.not_run})"
    substitute = f" ({parity.substitute})" if parity.substitute else ""
    return f"equal to the reference on {parity.samples} images in {parity.runtime}{substitute}"


def _reach(fp16: Fp16Report) -> str:
    """Say which layers an fp16 artifact keeps in fp32, and which it should keep but cannot."""
    kept = f"fp32 in {len(fp16.kept_fp32)} layers ({_few(fp16.kept_fp32)})" if fp16.kept_fp32 else ""
    beyond = (
        f"near the limit of fp16, and this format cannot keep them in fp32: {_few(fp16.beyond)}" if fp16.beyond else ""
    )
    return "; ".join(text for text in (kept, beyond) if text)


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
