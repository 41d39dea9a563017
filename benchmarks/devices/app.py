"""Sending a request to the demo app, following it until it ends, and fetching its records intact."""

from __future__ import annotations

import hashlib
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from cloformer.benchmarks.records import Measurement
from cloformer.model.errors import first_violation

from .app_protocol import REQUESTS, RESULTS, AppRequest, Status
from .patience import Patience
from .phone import Phone, PhoneError

_STALL_SECONDS = 600.0
"""Time without a status change after which the app counts as stuck. A rigorous repeat takes a minute or two."""

_PULLS = 3


class AppDiedError(PhoneError):
    """The app's process ended or got stuck before the request was done."""


@dataclass(frozen=True)
class Answer:
    """The app's answer to a request.

    Attributes:
        status: the last status of the request.
        lines: the records that the app wrote.
    """

    status: Status
    lines: tuple[Measurement, ...]


def ask(phone: Phone, request: AppRequest, patience: Patience) -> Answer:
    """Have the app carry out ``request``. A disconnected phone keeps working and is polled again once it is back.

    Raises:
        PhoneError: the phone does not come back, the app refuses the request, or its output cannot be read.
        AppDiedError: the app crashed or got stuck.
    """
    name = uuid.uuid4().hex[:16]
    _write(phone, f"{REQUESTS}/{name}.json", request.model_dump_json(exclude_none=True), patience)
    patience.insist(phone, lambda: phone.begin(name))
    status = _follow(phone, f"{RESULTS}/{name}.status.json", patience)
    if status.state == "stopped":
        raise AppDiedError(
            f"the app on {phone.title} left the foreground while it measured", "do not touch the phone meanwhile"
        )
    if status.state == "failed" and status.lines == 0:
        raise PhoneError(
            f"the app on {phone.title} refuses: {status.problem}", "install the same version of app and toolkit"
        )
    return Answer(status, _fetch(phone, f"{RESULTS}/{name}.jsonl", status, patience) if status.lines else ())


def _write(phone: Phone, path: str, text: str, patience: Patience) -> None:
    with tempfile.TemporaryDirectory() as folder:
        local = Path(folder, "request.json")
        local.write_text(text, "utf-8")
        patience.insist(phone, lambda: phone.push(local, path))


def _follow(phone: Phone, path: str, patience: Patience) -> Status:
    seen, changed = b"", time.monotonic()
    while True:
        content = patience.insist(phone, lambda: phone.pull(path)) or b""
        status = _parse(content) if content else None
        if status and status.state != "running":
            return status
        if content != seen:
            seen, changed = content, time.monotonic()
        elif not patience.insist(phone, phone.app_is_running):
            last = patience.insist(phone, lambda: phone.pull(path)) or b""  # it may have finished between the two reads
            if last == content:
                step = status.step if status else "it had not started"
                raise AppDiedError(f"the app on {phone.title} ended: {step}", "check the phone's log")
        elif time.monotonic() - changed > _STALL_SECONDS:
            raise AppDiedError(f"the app on {phone.title} is stuck: {status.step if status else ''}", "start it again")
        time.sleep(patience.pause)


def _parse(content: bytes) -> Status:
    try:
        return Status.model_validate_json(content)
    except ValidationError as error:
        raise PhoneError(
            "the app writes the status format of another version", "install the app of this version"
        ) from error


def _fetch(phone: Phone, path: str, status: Status, patience: Patience) -> tuple[Measurement, ...]:
    """Pull the records until their hash is the one that the app reported."""
    for _ in range(_PULLS):
        content = patience.insist(phone, lambda: phone.pull(path)) or b""
        if hashlib.sha256(content).hexdigest() == status.sha256:
            return tuple(map(_record, content.splitlines()))
    raise PhoneError(f"{path} arrived damaged from {phone.title}", "try another cable, then --resume")


def _record(line: bytes) -> Measurement:
    try:
        return Measurement.model_validate_json(line)
    except ValidationError as error:
        raise PhoneError(
            f"the app writes the record format of another version: {first_violation(error, '')}",
            "install the app of this version",
        ) from error
