"""How a computer and the demo apps talk: a request file, a status file and a file of records, as the apps' READMEs say.

They lie in the app's own folder: ``bundles/NAME/``, ``requests/ID.json``, ``results/ID.status.json`` and
``results/ID.jsonl``.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from cloformer.benchmarks.records.parts import DeviceFacts, Protocol
from cloformer.runtimes.bundle.manifest import Facts

BUNDLES, REQUESTS, RESULTS = "bundles", "requests", "results"


class AppProtocol(Facts):
    """How to measure; an app binds nothing to cores."""

    name: Literal["default", "rigorous", "custom"]
    repeats: int
    warm_up: int
    samples: int
    seconds: float


def app_protocol(protocol: Protocol) -> AppProtocol:
    """Return ``protocol`` as an app takes it."""
    return AppProtocol(**protocol.model_dump(exclude={"pinned"}))


class AppRequest(Facts):
    """What an app is asked to do. What is null matches everything.

    Attributes:
        repeats: which of the protocol's; null asks for all, and an empty tuple for none.
        memory: whether to measure memory too.
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
        """For people."""
        return f"{self.file} in {self.runtime} {self.backend}"


class Status(BaseModel):
    """How far a request is; replaced as a whole whenever it changes.

    Attributes:
        lines: of the file of records, whose contents have ``sha256`` once the request has ended.
        problem: why the request, or one of its cases, failed.
        choices: every way to run the bundle.
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
