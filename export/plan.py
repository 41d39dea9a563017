"""What a call of ``cloformer-export`` will do: one request for each target, checked before any work."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from cloformer.model import MissingPackageError, UsageError
from cloformer.model.demo import is_demo
from cloformer.model.tasks import CLASSIFICATION, STAGES, TaskName
from cloformer.runtimes.command_line import Output
from cloformer.runtimes.install_command import install_command
from cloformer.runtimes.open_session import find_runtime, why_not_here
from cloformer.runtimes.registry import PHONE_BACKENDS

from .quantization.image_files import MOST_IMAGES, find_images
from .quantization.plan import Bound
from .registry import TARGETS, Target, check_packages, find_target, missing_packages
from .request import Request, check_task, make_request


@dataclass(frozen=True)
class Plan:
    """One call.

    Attributes:
        variant: of the model.
        task: what it is asked.
        out_indices: features: which stages.
        norm_outputs: dense tasks: whether each stage's map is normalised.
        checkpoint: the user's weights, or None for random ones.
        labels: the user's class names, or None.
        output: where bundles go.
        image_size: height and width of the input.
        parity: whether to compare with the reference.
        calibration: images that quantisers learn from, or None for the weights' own.
        calibration_count: the most of them that are taken.
        search: int8: the bound to search a quantisation plan for.
        float_units: int8: what stays float.
        requests: what to make.
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
    requests: tuple[Request, ...] = ()


def make_plan(
    targets: str,
    plan: Plan,
    *,
    precision: str | None,
    batch_size: int,
    input_kind: str,
    form: str,
    option_values: dict[str, object],
) -> Plan:
    """Fill ``plan`` with a request for each target; each takes those of ``option_values`` that are its own.

    Raises:
        UsageError: a name, a size or a combination that cannot work.
        InputFileError: there is no image to calibrate on.
        MissingPackageError: a target that was named needs a package that is not installed.
    """
    chosen = _chosen(targets, precision)
    _check_owned(chosen, option_values)
    _check_folder(plan.output)
    if plan.calibration is not None and not is_demo(plan.calibration):
        find_images(plan.calibration, plan.calibration_count)
    requests = tuple(
        make_request(
            target.name,
            precision=precision,
            image_size=plan.image_size,
            batch_size=batch_size,
            input_kind=input_kind,
            options=target.options(**_own(target, option_values)),
            form=form,
        )
        for target in chosen
    )
    _check_quantisation(plan, requests)
    return replace(plan, requests=requests)


def _check_owned(chosen: list[Target], values: dict[str, object]) -> None:
    """Refuse an option that was given for a target which is not chosen; it would change nothing."""
    taken = {field.name for target in chosen for field in fields(target.options)}
    for target in TARGETS.values():
        for field in fields(target.options):
            if field.name not in taken and values[field.name] != field.default:
                owners = [other for other in TARGETS.values() if hasattr(other.options, field.name)]
                titles = " and ".join(owner.title for owner in owners)
                flag = f"--{field.name.replace('_', '-')}"
                raise UsageError(f"{flag} is for {titles} alone", f"add --target {target.name}, or omit it")


def _check_quantisation(plan: Plan, requests: tuple[Request, ...]) -> None:
    """Refuse a search or a plan that nothing would follow."""
    follows = any(request.precision == "int8" and request.target.name != "qnn" for request in requests)
    for request in requests:
        check_task(request, plan.task)
    if plan.search and plan.task != CLASSIFICATION:
        raise UsageError(f"--search measures a classifier's answers, and --task is {plan.task}", "omit --search")
    if (plan.search or plan.float_units) and not follows:
        raise UsageError(
            "--search and --quantization-plan are for int8 exports to ONNX, ExecuTorch and Core ML",
            "add --precision int8, or omit them",
        )


def _check_folder(output: Path) -> None:
    nearest = next(path for path in (output, *output.absolute().parents) if path.exists())
    if not nearest.is_dir():
        raise UsageError(f"--output cannot be {output}: {nearest} is a file", "give a folder, or a name for a new one")


def _own(target: Target, values: dict[str, object]) -> dict[str, Any]:
    return {field.name: values[field.name] for field in fields(target.options)}


def _chosen(targets: str, precision: str | None) -> list[Target]:
    names = [name.strip() for name in targets.split(",") if name.strip()]
    if not names:
        raise UsageError("--target names nothing", f"choose from {', '.join(TARGETS)} or all")
    if names == ["all"]:
        return _with_precision(_installed(), precision)
    if "all" in names:
        raise UsageError("--target all stands alone", "give all, or the names that you want")
    chosen = [find_target(name) for name in dict.fromkeys(names)]
    for target in chosen:
        check_packages(target)
    return chosen


def _installed() -> list[Target]:
    missing = {target.name: missing_packages(target) for target in TARGETS.values()}
    installed = [target for target in TARGETS.values() if not missing[target.name]]
    if not installed:
        wanted = ", ".join(f"{name} needs {', '.join(packages)}" for name, packages in missing.items())
        first = next(iter(TARGETS.values()))
        remedy = install_command(missing[first.name], first.extra)
        raise MissingPackageError(f"no target can be exported here: {wanted}", remedy)
    return installed


def _with_precision(targets: list[Target], precision: str | None) -> list[Target]:
    """Leave out, of all targets, those that do not have ``precision``."""
    fitting = [target for target in targets if precision is None or precision in target.precisions]
    if not fitting:
        known = dict.fromkeys(name for target in TARGETS.values() for name in target.precisions)
        raise UsageError(f"no target has a precision {precision!r}", f"choose one of {', '.join(known)}")
    return fitting


def show_plan(plan: Plan, output: Output) -> int:
    """Print what would be made and where each artifact would be run; returns the exit code."""
    rows = [
        {
            "target": request.target.name,
            "precision": request.precision,
            "backend": request.backend,
            "form": request.form,
            "file": request.file_name,
            "input": f"{request.batch_size}x3x{request.image_size[0]}x{request.image_size[1]}",
            "parity": _parity_plan(request, plan.parity),
        }
        for request in plan.requests
    ]
    weights = str(plan.checkpoint) if plan.checkpoint else "random (seeded, untrained)"
    if output.as_json:
        document = {
            "variant": plan.variant,
            "task": plan.task,
            "weights": weights,
            "output": str(plan.output),
            "artifacts": rows,
        }
        output.print_json(document)
        return 0
    task = "" if plan.task == CLASSIFICATION else f" for {plan.task}"
    table = Table(title=escape(f"CloFormer-{plan.variant}{task}, weights: {weights}, into {plan.output}/"))
    for column in rows[0]:
        table.add_column(column)
    for row in rows:
        table.add_row(*(str(value or "") for value in row.values()))
    output.people.print(table)
    return 0


def _parity_plan(request: Request, parity: bool) -> str:
    if not parity:
        return "switched off"
    if request.backend in PHONE_BACKENDS:
        return f"not run here: {request.backend} runs on a phone alone"
    entry = find_runtime(Path(request.file_name))
    reason = why_not_here(entry)
    return f"not run here: {reason}" if reason else f"in {entry.title}"
