"""A double of the demo app: it reads requests and writes statuses and records as the apps do.

It works on the files of any phone double, independent of the protocol, and runs in a thread.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from dataclasses import dataclass, field

from cloformer.benchmarks.devices.app_protocol import AppRequest, Offer, Status
from cloformer.benchmarks.records import Measurement, summarize_samples
from cloformer.benchmarks.records.parts import DeviceFacts, MemoryUse, Protocol, RuntimeFacts, SelfTest, ToolFacts
from tests.benchmarks.records.records import record, repeat

Files = dict[str, bytes]
"""Contents of files by path below the app's folder."""

DEVICE = DeviceFacts(
    kind="phone", manufacturer="Google", model="Pixel 6", soc="Tensor", os="Android", os_version="15", cores=8
)


@dataclass
class AppDouble:
    """A double of the app on one phone.

    Attributes:
        backends: runtime and its backends on this phone, by an artifact's target.
        seconds: seconds that a step takes.
        dies: number of requests at which the app crashes, by backend.
        asked: requests in order.
        running: whether the app's process is running.
        device: facts that the app reports about the phone.
    """

    files: Files
    backends: dict[str, tuple[str, tuple[str, ...]]] = field(
        default_factory=lambda: {"onnx": ("ONNX Runtime", ("cpu", "nnapi")), "executorch": ("ExecuTorch", ("xnnpack",))}
    )
    seconds: float = 0.0
    dies: dict[str, int] = field(default_factory=dict)
    asked: list[AppRequest] = field(default_factory=list)
    running: bool = False
    device: DeviceFacts = DEVICE
    tool: str = "CloFormer Android"
    _thread: threading.Thread | None = None

    def begin(self, request: str) -> None:
        self.running = True
        self._thread = threading.Thread(target=self._run, args=(request,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.running = False
        if self._thread:
            self._thread.join()

    def _run(self, name: str) -> None:
        text = self.files[f"requests/{name}.json"].decode()
        request = AppRequest.model_validate_json(text)
        self.asked.append(request)
        lines: list[str] = []

        def step(what: str) -> None:
            self._say(name, "running", lines, step=what)

        step(f"opening {request.bundle}")
        try:
            manifest = self._open(request.bundle)
        except ValueError as error:
            self._say(name, "failed", lines, problem=str(error))
            return
        offers = self._offers(manifest)
        for offer in offers:
            if request.kind == "inspect" or not _wants(request, offer):
                continue
            if self.dies.get(offer.backend, 0):
                self.dies[offer.backend] -= 1
                self.running = False
                return
            if request.kind == "self-test":
                lines.append(self._line(request, text, offer, manifest, self_test=_AGREES))
            for index in request.repeats if request.repeats is not None else range(request.protocol.repeats):
                if request.kind == "benchmark":
                    step(f"repeat {index}")
                    time.sleep(self.seconds)
                    taken = repeat(index, [10] * request.protocol.samples)
                    lines.append(self._line(request, text, offer, manifest, repeats=(taken,)))
            if request.kind == "benchmark" and request.memory:
                lines.append(self._line(request, text, offer, manifest, memory=_MEMORY))
        self.files[f"results/{name}.jsonl"] = "".join(f"{line}\n" for line in lines).encode()
        self._say(name, "done", lines, offers=offers)

    def _open(self, bundle: str) -> dict[str, object]:
        """Refuse an incomplete bundle, as the apps do."""
        home = f"bundles/{bundle}"
        if f"{home}/manifest.json" not in self.files:
            raise ValueError(f"there is no bundle {bundle}")
        manifest: dict[str, object] = json.loads(self.files[f"{home}/manifest.json"])
        for artifact in manifest["artifacts"]:  # type: ignore[attr-defined]
            content = self.files.get(f"{home}/{artifact['file']}", b"")
            if hashlib.sha256(content).hexdigest() != artifact["sha256"]:
                raise ValueError(f"{artifact['file']} does not match the manifest")
        return manifest

    def _offers(self, manifest: dict[str, object]) -> list[Offer]:
        return [
            Offer(runtime=runtime, version="1", backend=backend, precision=artifact["precision"], file=artifact["file"])
            for artifact in manifest["artifacts"]  # type: ignore[attr-defined]
            for runtime, backends in [self.backends.get(artifact["target"], ("", ()))]
            for backend in backends
        ]

    def _line(self, request: AppRequest, text: str, offer: Offer, manifest: dict[str, object], **parts: object) -> str:
        (artifact,) = [each for each in manifest["artifacts"] if each["file"] == offer.file]  # type: ignore[attr-defined]
        threads = request.threads if offer.backend in ("cpu", "xnnpack") else None
        base = record()
        repeats = parts.get("repeats", ())
        line = base.model_copy(
            update={
                "case": f"{request.bundle} {offer.title} {threads}",
                "tool": ToolFacts(name=self.tool, version="0.1.0", request=text),
                "device": self.device,
                "runtime": RuntimeFacts(
                    name=offer.runtime, version=offer.version, backend=offer.backend, threads=threads
                ),
                "artifact": base.artifact.model_copy(
                    update={"file": offer.file, "sha256": artifact["sha256"], "bytes": artifact["bytes"]}
                ),
                "protocol": Protocol(**request.protocol.model_dump()),
                "summary": summarize_samples([each.samples_ns for each in repeats]) if repeats else None,  # type: ignore[attr-defined]
                **parts,
            }
        )
        return Measurement.model_validate(line.model_dump()).model_dump_json(exclude_none=True)

    def _say(
        self,
        name: str,
        state: str,
        lines: list[str],
        *,
        step: str = "",
        problem: str | None = None,
        offers: list[Offer] | None = None,
    ) -> None:
        content = self.files.get(f"results/{name}.jsonl")
        status = Status(
            schema_version=1,
            state=state,  # type: ignore[arg-type]
            step=step,
            lines=len(lines),
            sha256=hashlib.sha256(content).hexdigest() if content and lines else None,
            problem=problem,
            device=self.device,
            choices=tuple(offers or ()),
        )
        self.files[f"results/{name}.status.json"] = status.model_dump_json().encode()


_AGREES = SelfTest(images=8, max_abs=1e-5, top1_agreement=1.0, passed=True)
_MEMORY = MemoryUse(peak_bytes=90_000_000, before_bytes=50_000_000, method="PSS")


def _wants(request: AppRequest, offer: Offer) -> bool:
    return (
        request.runtime in (None, offer.runtime)
        and request.backend in (None, offer.backend)
        and request.precision in (None, offer.precision)
    )
