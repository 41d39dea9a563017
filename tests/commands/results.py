"""What a command said, and what a clear failure is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import Any

from cloformer.export.report import Report
from cloformer.runtimes import open_bundle
from cloformer.runtimes.bundle.checksum import sha256_of

INTERRUPTED = "interrupted; nothing half-written was left behind"

Tree = dict[str, str]


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def messages(self) -> list[str]:
        """The lines on standard error from ``error:`` on; progress comes before, and what did work after."""
        lines = [line for line in self.stderr.splitlines() if line.strip()]
        after_progress = dropwhile(lambda line: not line.startswith("error:"), lines)
        return list(takewhile(lambda line: not line.startswith("Next:"), after_progress))

    @property
    def document(self) -> Any:  # noqa: ANN401 - JSON
        """Standard output as the one JSON document that it must be."""
        return json.loads(self.stdout)


Run = Callable[..., Result]


def assert_clear_failure(result: Result, code: int, *fragments: str) -> None:
    """The right exit code; what and why in one line, what to do in another; no traceback."""
    everything = result.stdout + result.stderr
    assert result.code == code, everything
    assert "Traceback" not in everything
    assert 1 <= len(result.messages) <= 2, everything
    assert all(line.startswith(start) for line, start in zip(result.messages, ("error: ", "to do: "), strict=False))
    for fragment in fragments:
        assert fragment in " ".join(result.messages), everything


def assert_refused_at_once(result: Result, code: int, *fragments: str) -> None:
    """A clear failure, and nothing was begun: its lines are all that was printed."""
    assert_clear_failure(result, code, *fragments)
    assert result.stdout == ""
    assert [line for line in result.stderr.splitlines() if line.strip()] == result.messages


def tree(folder: Path) -> Tree:
    """Every file and folder below ``folder`` with a hash of its content, hidden ones too."""
    return {str(path.relative_to(folder)): sha256_of(path) for path in sorted(folder.rglob("*"))}


def assert_whole(bundle: Path) -> None:
    """Every file that the manifest and the report name is there and is what they say."""
    opened = open_bundle(bundle)
    opened.golden()
    for artifact in opened.manifest.artifacts:
        assert opened.artifact_path(artifact).exists()
    report = Report.model_validate_json((bundle / "report.json").read_text("utf-8"))
    assert {entry.file for entry in report.root} >= {artifact.file for artifact in opened.manifest.artifacts}
    names = {path.name for path in bundle.iterdir()}
    known = {"manifest.json", "labels.txt", "golden", "report.json", *(entry.file for entry in report.root)}
    assert names <= known
