"""The protocol between a computer and the demo apps: a request file, a status file and a file of records.

All are in the app's own folder: ``bundles/NAME/``, ``requests/ID.json``, ``results/ID.status.json`` and
``results/ID.jsonl``. The apps' READMEs describe them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from cloformer.benchmarks.records.parts import DeviceFacts, Protocol
from cloformer.runtimes.bundle.manifest import Facts

BUNDLES, REQUESTS, RESULTS = "bundles", "requests", "results"


class AppProtocol(Facts):
    """The measuring protocol for an app, which cannot bind its process to cores."""

    name: Literal["default", "rigorous", "custom"]
    repeats: int
    warm_up: int
    samples: int
    seconds: float


def app_protocol(protocol: Protocol) -> AppProtocol:
    """Return ``protocol`` in the form that an app accepts."""
    return AppProtocol(**protocol.model_dump(exclude={"pinned"}))


class AppRequest(Facts):
    """A request to an app. Fields that are null match everything.

    Attributes:
        repeats: indices of the repeats to measure; null means all of the protocol's, and an empty tuple none.
        memory: whether to also measure memory.
    """

    schema_version: Literal[1] = 1
    kind: Literal["benchmark", "self-test", "inspect"]
    bundle: str
    runtime: str | None = None
    backend: str | None = None
    precision: str | None = None
    threads: int = 1
    protocol: AppProtocol
    repeats: tuple[int, ...] | None = None
    memory: bool = True


class Offer(BaseModel):
    """One way to run a bundle on this device."""

    model_config = ConfigDict(frozen=True)

    runtime: str
    version: str
    backend: str
    precision: str
    file: str

    @property
    def title(self) -> str:
        """The name shown to users."""
        return f"{self.file} in {self.runtime} {self.backend}"


class Status(BaseModel):
    """Progress of a request; the file is replaced as a whole whenever it changes.

    Attributes:
        lines: number of lines in the file of records, whose hash is ``sha256`` once the request has ended.
        problem: why the request, or one of its cases, failed.
        choices: every way to run the bundle on this device.
    """

    model_config = ConfigDict(frozen=True)

    schema_version: Literal[1]
    state: Literal["running", "done", "failed", "stopped"]
    step: str = ""
    lines: int = 0
    sha256: str | None = None
    problem: str | None = None
    device: DeviceFacts | None = None
    choices: tuple[Offer, ...] = ()
