"""What a call of ``cloformer-export`` will do: one request for each target, checked before any work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cloformer.export.calibration.image_files import MOST_IMAGES, find_images
from cloformer.export.request.registry import TARGETS, check_packages, find_target, missing_packages, titles_of
from cloformer.export.request.request import ArtifactRequest, check_task, make_request
from cloformer.export.search.bound import Bound
from cloformer.export.target_options import flag_name, flags_of
from cloformer.export.target_spec import TargetSpec
from cloformer.install_command import install_command
from cloformer.model import MissingPackageError, UsageError
from cloformer.model.demo import is_demo
from cloformer.model.tasks import CLASSIFICATION, STAGES, TaskName


@dataclass(frozen=True)
class ExportPlan:
    """What one call of the command asks for.

    Attributes:
        variant: the variant of the model.
        checkpoint: the user's weights, or None for random ones.
        labels: the user's class names, or None.
        output: the folder that bundles go into.
        image_size: height and width of the input.
        parity: whether to compare with the reference.
        task: what the network is for.
        out_indices: for features, which stages' maps.
        norm_outputs: for dense tasks, whether each stage's map is normalized.
        calibration: images that quantizers learn from, or None for the weights' own.
        calibration_count: the most of them to use.
        search: for int8, the bound to search a quantization plan for.
        float_units: for int8, the units that stay float.
        jobs: how many exports may run at once; None for as many as the machine can do.
        requests: the artifacts to make.
    """

    variant: str
    checkpoint: Path | None
    labels: Path | None
    output: Path
    image_size: tuple[int, int]
    parity: bool
    task: TaskName = CLASSIFICATION
    out_indices: tuple[int, ...] = STAGES
    norm_outputs: bool = False
    calibration: Path | None = None
    calibration_count: int = MOST_IMAGES
    search: Bound | None = None
    float_units: tuple[str, ...] = ()
    jobs: int | None = None
    requests: tuple[ArtifactRequest, ...] = ()


def make_plan(
    targets: str,
    plan: ExportPlan,
    *,
    precision: str | None,
    batch_size: int,
    input_kind: str,
    form: str,
    flags: Mapping[str, object],
) -> ExportPlan:
    """Fill ``plan`` with a request for each target; each takes those of the given ``flags`` that are its own.

    Raises:
        UsageError: a name, a size or a combination cannot work.
        InputFileError: the calibration source contains no image.
        MissingPackageError: a target that was named needs a package that is not installed.
    """
    chosen = _chosen(targets, precision)
    _check_owned(chosen, flags)
    _check_folder(plan.output)
    if plan.calibration is not None and not is_demo(plan.calibration):
        find_images(plan.calibration, plan.calibration_count)
    requests = tuple(
        make_request(
            spec.name,
            precision=precision,
            image_size=plan.image_size,
            batch_size=batch_size,
            input_kind=input_kind,
            options=spec.options(**{name: value for name, value in flags.items() if name in flags_of(spec.options)}),
            form=form,
        )
        for spec in chosen
    )
    _check_quantization(plan, requests)
    return replace(plan, requests=requests)


def _check_owned(chosen: list[TargetSpec], flags: Mapping[str, object]) -> None:
    """Refuse a flag that was given for a target which is not chosen; it would change nothing."""
    taken = {name for spec in chosen for name in flags_of(spec.options)}
    for name in flags:
        if name not in taken:
            owners = [spec for spec in TARGETS.values() if name in flags_of(spec.options)]
            raise UsageError(
                f"{flag_name(name)} is only for {titles_of(owners)}", f"add --target {owners[0].name}, or omit it"
            )


def _check_quantization(plan: ExportPlan, requests: tuple[ArtifactRequest, ...]) -> None:
    """Refuse a search or a plan that nothing would follow."""
    follows = any(request.precision == "int8" and request.target.int8_kernels for request in requests)
    for request in requests:
        check_task(request, plan.task)
    if plan.search and plan.task != CLASSIFICATION:
        raise UsageError(f"--search measures a classifier's answers, and --task is {plan.task}", "omit --search")
    if (plan.search or plan.float_units) and not follows:
        able = titles_of([spec for spec in TARGETS.values() if spec.int8_kernels])
        raise UsageError(
            f"--search and --quantization-plan are for int8 exports to {able}", "add --precision int8, or omit them"
        )


def _check_folder(output: Path) -> None:
    nearest = next(path for path in (output, *output.absolute().parents) if path.exists())
    if not nearest.is_dir():
        raise UsageError(f"--output cannot be {output}: {nearest} is a file", "give a folder, or a name for a new one")


def _chosen(targets: str, precision: str | None) -> list[TargetSpec]:
    names = [name.strip() for name in targets.split(",") if name.strip()]
    if not names:
        raise UsageError("--target names nothing", f"choose from {', '.join(TARGETS)} or all")
    if names == ["all"]:
        return _with_precision(_installed(), precision)
    if "all" in names:
        raise UsageError("--target all cannot be combined", "give all, or the names that you want")
    chosen = [find_target(name) for name in dict.fromkeys(names)]
    for spec in chosen:
        check_packages(spec)
    return chosen


def _installed() -> list[TargetSpec]:
    missing = {name: missing_packages(spec) for name, spec in TARGETS.items()}
    installed = [spec for name, spec in TARGETS.items() if not missing[name]]
    if not installed:
        wanted = ", ".join(f"{name} needs {', '.join(packages)}" for name, packages in missing.items())
        first = next(iter(TARGETS.values()))
        remedy = install_command(missing[first.name], first.extra)
        raise MissingPackageError(f"no target can be exported here: {wanted}", remedy)
    return installed


def _with_precision(specs: list[TargetSpec], precision: str | None) -> list[TargetSpec]:
    """Leave out, of all targets, those that do not have ``precision``."""
    fitting = [spec for spec in specs if precision is None or precision in spec.precisions]
    if not fitting:
        known = dict.fromkeys(name for spec in TARGETS.values() for name in spec.precisions)
        raise UsageError(f"no target has a precision {precision!r}", f"choose one of {', '.join(known)}")
    return fitting
