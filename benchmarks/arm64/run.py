"""Every artifact on every core that was asked for."""

from __future__ import annotations

from pathlib import Path

from cloformer.model import InputFileError
from cloformer.runtimes import open_bundle
from cloformer.runtimes.checksum import sha256_of
from cloformer.runtimes.command_line import Output
from cloformer.runtimes.processor import processor_name

from .cores import CORES, find_core
from .emulation import DEFAULT_TIMEOUT, RUNNERS, run_emulated
from .installation import Installation
from .measure import COUNTED, DEFAULT_INPUTS, HostRun, run_on_host
from .parity import compare
from .report import Arm64Report, EmulatedCore, EmulatedInference

ALL = "all"


def run_all(
    installation: Installation,
    paths: list[Path],
    cores: list[str],
    output: Output,
    *,
    inputs: int = DEFAULT_INPUTS,
    timeout: float = DEFAULT_TIMEOUT,
    by_operator: bool = False,
) -> Arm64Report:
    """Run each artifact on this machine once, and on each core.

    Raises:
        CloformerError: a path or a core cannot be used, or a run failed; nothing is reported then.
    """
    names = list(CORES) if ALL in cores else list(dict.fromkeys(cores))
    for name in names:
        find_core(name)
    artifacts = [artifact for path in paths for artifact in find_artifacts(path)]
    inferences = []
    for artifact in artifacts:
        host = run_on_host(artifact, inputs)
        for name in names:
            output.people.print(f"{artifact.name} on the emulated {CORES[name].title}")
            inferences.append(_run(installation, host, name, timeout, by_operator=by_operator))
    emulator = f"qemu-aarch64 {installation.tools.qemu_version}"
    return Arm64Report(emulator=emulator, host=processor_name(), inferences=tuple(inferences))


def find_artifacts(path: Path) -> list[Path]:
    """Return the artifact that ``path`` is, or those of a bundle that can be emulated, each checked.

    Raises:
        InputFileError: nothing lies there, it is damaged, or a bundle holds none.
    """
    if not path.is_dir() or path.suffix:
        return [path]
    bundle = open_bundle(path)
    found = [
        bundle.artifact_path(facts)
        for facts in bundle.manifest.artifacts
        if Path(facts.file).suffix in RUNNERS and facts.backend in (None, "xnnpack")
    ]
    if not found:
        raise InputFileError(f"{path} holds nothing that can be emulated", "export it for onnx or executorch")
    return found


def _run(
    installation: Installation, host: HostRun, name: str, timeout: float, *, by_operator: bool
) -> EmulatedInference:
    core = CORES[name]
    emulated = run_emulated(installation, name, host.artifact, host.batches, timeout)
    operators = None
    if by_operator:
        profiled = run_emulated(
            installation, name, host.artifact, host.batches[: COUNTED + 1], timeout, by_operator=True
        )
        operators = tuple(profiled.operators)
    return EmulatedInference(
        artifact=str(host.artifact),
        sha256=sha256_of(host.artifact),
        runtime=f"{host.runtime}, aarch64",
        precision=host.precision,
        batch=host.batches.shape[1],
        core=EmulatedCore(name=name, title=core.title, qemu_cpu=core.qemu_cpu, midr=f"0x{core.midr:08x}"),
        instructions=emulated.counts[COUNTED],
        operators=operators,
        parity=compare(host.logits, emulated.outputs, host.precision),
    )
