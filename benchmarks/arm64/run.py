"""Running every artifact on every requested core."""

from __future__ import annotations

from functools import partial
from itertools import product
from pathlib import Path

from cloformer.command_line import Output
from cloformer.model import CloformerError, InputFileError
from cloformer.runtimes import open_bundle
from cloformer.runtimes.bundle.checksum import sha256_of
from cloformer.runtimes.bundle.manifest import ArtifactFacts
from cloformer.runtimes.processor import processor_name
from cloformer.runtimes.registry import find_runtime

from .cores import CORES, find_core
from .emulation import RUNNERS, find_runner, run_emulated
from .installation import Installation
from .measure import COUNTED, HostRun, run_on_host
from .parity import compare_with_host
from .report import Arm64Report, EmulatedCore, EmulatedInference, Failure

ALL = "all"


def run_all(
    installation: Installation,
    paths: list[Path],
    cores: list[str],
    output: Output,
    *,
    inputs: int,
    timeout: float,
    by_operator: bool,
) -> Arm64Report:
    """Run each artifact on this machine, then on each core; a failure on a core does not stop the others.

    Raises:
        CloformerError: an artifact or a core cannot be used; in that case nothing was emulated.
    """
    names = list(CORES) if ALL in cores else list(dict.fromkeys(cores))
    for name in names:
        find_core(name)
    artifacts = [artifact for path in paths for artifact in find_artifacts(path)]
    inferences, failures = [], []
    for host, name in product([run_on_host(artifact, inputs) for artifact in artifacts], names):
        output.people.print(f"{host.artifact.name} on the emulated {CORES[name].title}")
        try:
            inferences.append(_run(installation, host, name, timeout, by_operator=by_operator))
        except CloformerError as error:
            output.print_error(error.problem, error.remedy)
            failures.append(_failure(host, name, error))
    return Arm64Report(
        emulator=f"qemu-aarch64 {installation.tools.qemu_version}",
        host=processor_name(),
        inferences=tuple(inferences),
        failures=tuple(failures),
    )


def find_artifacts(path: Path) -> list[Path]:
    """Return the artifact at ``path``, or the artifacts of a bundle that can be emulated, each checked.

    Raises:
        UsageError: no runtime is emulated for such a file.
        InputFileError: the bundle is damaged or contains no such artifact.
    """
    if path.is_file() or path.suffix:
        find_runner(path)
        return [path]
    bundle = open_bundle(path)
    found = [bundle.artifact_path(facts) for facts in bundle.manifest.artifacts if _can_be_emulated(facts)]
    if not found:
        raise InputFileError(
            f"{path} contains nothing that can be emulated", f"export a file that ends in {' or '.join(RUNNERS)}"
        )
    return found


def _can_be_emulated(facts: ArtifactFacts) -> bool:
    spec = find_runtime(Path(facts.file))
    return spec.suffix_of(facts.file) in RUNNERS and facts.backend not in spec.phone_backends


def _run(
    installation: Installation, host: HostRun, name: str, timeout: float, *, by_operator: bool
) -> EmulatedInference:
    core = CORES[name]
    run = partial(run_emulated, installation, name, host.artifact)
    emulated = run(host.batches, timeout)
    profiled = run(host.batches[: COUNTED + 1], timeout, by_operator=True) if by_operator else None
    return EmulatedInference(
        artifact=str(host.artifact),
        sha256=sha256_of(host.artifact),
        runtime=f"{host.runtime}, aarch64",
        precision=host.precision,
        batch=host.batches.shape[1],
        core=EmulatedCore(name=name, title=core.title, qemu_cpu=core.qemu_cpu, midr=f"0x{core.midr:08x}"),
        instructions=emulated.counts[COUNTED],
        operators=tuple(profiled.operators) if profiled else None,
        profiled_total=profiled.counts[COUNTED].total if profiled else None,
        parity=compare_with_host(host.logits, emulated.outputs, host.precision),
    )


def _failure(host: HostRun, core: str, error: CloformerError) -> Failure:
    return Failure(
        artifact=str(host.artifact),
        core=core,
        exit_code=error.exit_code,
        problem=error.problem,
        remedy=error.remedy,
    )
