"""``cloformer-export``: the main job."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cloformer.command_line import Output, run_command, third_party_noise_aside
from cloformer.export.calibration.image_files import MOST_IMAGES
from cloformer.export.request.form_names import FORMS, MOBILE
from cloformer.export.request.registry import TARGETS
from cloformer.export.search.bound import parse_bound
from cloformer.model import UsageError
from cloformer.model.tasks import CLASSIFICATION, find_task, parse_stages
from cloformer.model.variants import VARIANTS, find_variant

from .dry_run import show_plan
from .image_size import default_size, parse_image_size
from .plan import ExportPlan, make_plan
from .precision_help import precision_help
from .progress import show_results
from .target_flags import given_flags, with_target_flags

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
output = Output()

_MODEL, _TARGETS, _OUTPUT = "Model", "Targets", "Output"


@app.command()
@with_target_flags(_TARGETS)
def export_command(
    target: Annotated[
        str,
        typer.Option(help=f"{', '.join(TARGETS)}, several with commas, or all.", rich_help_panel=_TARGETS),
    ],
    variant: Annotated[str, typer.Option(help=f"One of {', '.join(VARIANTS)}.", rich_help_panel=_MODEL)] = "xxs",
    task: Annotated[
        str,
        typer.Option(
            help="classification, features (the four stages' maps), segmentation (Semantic FPN, ADE20K's classes) or "
            "detection (RetinaNet, COCO's classes).",
            rich_help_panel=_MODEL,
        ),
    ] = CLASSIFICATION,
    out_indices: Annotated[
        str, typer.Option(help="Features: which of the stages 0 to 3, separated by commas.", rich_help_panel=_MODEL)
    ] = "0,1,2,3",
    norm_outputs: Annotated[
        bool,
        typer.Option("--norm-outputs", help="Dense tasks: normalize each stage's map.", rich_help_panel=_MODEL),
    ] = False,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            help="Your weights: safetensors, a state dict, an official training checkpoint, or demo: "
            "the one that comes with the package and knows handwritten digits. Without it the weights are random.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            help="A file of class names, one a line. By default ImageNet's, or the demo's digits.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(help=precision_help(), rich_help_panel=_TARGETS),
    ] = None,
    calibration: Annotated[
        Path | None,
        typer.Option(
            help="Images that int8 and a16w8 learn ranges from: a folder, an image, or a text file with one path a "
            "line. By default the demo's training images, or a few photographs for other weights.",
            rich_help_panel=_TARGETS,
        ),
    ] = None,
    calibration_count: Annotated[
        int, typer.Option(help="The most of them to use.", rich_help_panel=_TARGETS)
    ] = MOST_IMAGES,
    search: Annotated[
        str | None,
        typer.Option(
            help="int8: find which parts must stay float to keep a bound: cosine=0.999, or accuracy=0.5 (points "
            "lost, if the calibration images are labeled). Takes minutes; the plan is saved in the bundle.",
            rich_help_panel=_TARGETS,
        ),
    ] = None,
    quantization_plan: Annotated[
        Path | None,
        typer.Option(help="int8: follow a plan that --search wrote.", rich_help_panel=_TARGETS),
    ] = None,
    image_size: Annotated[
        str | None,
        typer.Option(help="N or HxW, multiples of 32; default 224, and 64 for the demo.", rich_help_panel=_TARGETS),
    ] = None,
    batch_size: Annotated[
        int, typer.Option(help="How many images the artifact takes at once.", rich_help_panel=_TARGETS)
    ] = 1,
    input_kind: Annotated[
        str,
        typer.Option(
            "--input",
            help="pixels: values in [0, 1], which the graph normalizes. normalized: the caller normalizes.",
            rich_help_panel=_TARGETS,
        ),
    ] = "pixels",
    form: Annotated[
        str,
        typer.Option(
            help=f"{MOBILE}: the exact rewrites made for each target. Or one of {', '.join(FORMS)}.",
            rich_help_panel=_TARGETS,
        ),
    ] = MOBILE,
    output_folder: Annotated[
        Path, typer.Option("--output", help="The folder that bundles go into.", rich_help_panel=_OUTPUT)
    ] = Path("exports"),
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="How many targets to export at once, each in a process of its own; 1 needs the least memory. By "
            "default one for each core.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    no_parity: Annotated[
        bool,
        typer.Option(
            "--no-parity", help="Skip the comparison with the reference; the report says so.", rich_help_panel=_OUTPUT
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be made, and stop.", rich_help_panel=_OUTPUT)
    ] = False,
    explained: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Show which operators each backend runs, and why the others fall back to the CPU.",
            rich_help_panel=_OUTPUT,
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.", rich_help_panel=_OUTPUT)
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", help="Show tracebacks and the exporters' messages.", rich_help_panel=_OUTPUT),
    ] = False,
    **target_flags: Any,  # noqa: ANN401 - typer checks each by its own type
) -> int:
    """Export CloFormer for phones, and check each file against the PyTorch model before saving it.

    Exit codes: 0 done, 1 a bug in this toolkit, 2 wrong usage, 3 a package is missing, 4 bad input file,
    5 conversion failed or could not be written, 6 parity failed, 7 delegation budget exceeded, 130 interrupted.
    """
    output.as_json, output.verbose = as_json, verbose
    find_variant(variant)
    asked = find_task(task)
    if search is not None and quantization_plan is not None:
        raise UsageError("--search finds a plan, and --quantization-plan gives one", "give one of the two")
    plan = make_plan(
        target,
        ExportPlan(
            variant=variant,
            task=asked.name,
            out_indices=parse_stages(out_indices),
            norm_outputs=norm_outputs,
            checkpoint=checkpoint,
            labels=labels,
            output=output_folder,
            image_size=default_size(task, checkpoint) if image_size is None else parse_image_size(image_size),
            parity=not no_parity,
            calibration=calibration,
            calibration_count=calibration_count,
            search=None if search is None else parse_bound(search),
            jobs=jobs,
            float_units=_float_units(quantization_plan, variant),
        ),
        precision=precision,
        batch_size=batch_size,
        input_kind=input_kind,
        form=form,
        flags=given_flags(target_flags),
    )
    if dry_run:
        return show_plan(plan, output)
    from .run_plan import run_plan  # noqa: PLC0415 - PyTorch takes seconds, and a wrong request none

    with third_party_noise_aside(output):
        outcomes = run_plan(plan, output)
    return show_results(outcomes, output, explained=explained)


def _float_units(quantization_plan: Path | None, variant: str) -> tuple[str, ...]:
    if quantization_plan is None:
        return ()
    from cloformer.export.search.plan import read_plan  # noqa: PLC0415 - its schema takes long to load

    return read_plan(quantization_plan, variant).float_units


def main() -> None:
    """Run the command and exit with its code."""
    sys.exit(run_command(app, output))
