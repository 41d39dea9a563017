"""Exporting CloFormer's artifacts for the study, each once and in its own process."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cloformer.benchmarks.child import run_child, serve
from cloformer.export.request.form_names import REFERENCE
from cloformer.export.request.registry import TARGETS
from cloformer.export.request.request import make_request
from cloformer.model import CloformerError, InputFileError
from cloformer.runtimes.bundle.bundle import open_bundle
from cloformer.runtimes.bundle.manifest import Facts

SIZE = (224, 224)
PRECISIONS = ("fp32", "int8")
TARGET_NAMES = tuple(name for name, spec in TARGETS.items() if spec.cpu_forms)

_ARCHITECTURE = "x86" if platform.machine() in ("x86_64", "AMD64") else "arm64"
"""Name of this machine's architecture in ``cpu_forms``: ONNX Runtime has different kernels on x86 than on phones."""


class ExportOrder(Facts):
    """One artifact to make.

    Attributes:
        output: folder for the bundles.
    """

    variant: str
    target: str
    precision: str
    form: str
    output: str

    @property
    def file_name(self) -> str:
        """The artifact's file name in its bundle."""
        return make_request(self.target, precision=self.precision, image_size=SIZE, form=self.form).file_name


class Exported(Facts):
    """The artifact that was exported."""

    file: str


def bundle_folder(variant: str, output: Path) -> Path:
    """Return the folder of the bundle of a variant with random weights."""
    return output / f"cloformer_{variant}_random_{SIZE[0]}x{SIZE[1]}"


def orders(variant: str, output: Path) -> Iterator[ExportOrder]:
    """Return the exports to measure for a variant: this machine's form in each precision, and the plain one in fp32."""
    for target in TARGET_NAMES:
        own = TARGETS[target].cpu_forms[_ARCHITECTURE]
        for precision in PRECISIONS:
            if precision in TARGETS[target].precisions:
                yield ExportOrder(variant=variant, target=target, precision=precision, form=own, output=str(output))
        yield ExportOrder(variant=variant, target=target, precision="fp32", form=REFERENCE, output=str(output))


def make_bundles(variants: Sequence[str], output: Path, tell: Callable[[str], None]) -> list[Path]:
    """Export what is missing from the bundles, and return them; those that cannot be made are reported and skipped."""
    for variant in variants:
        for order in orders(variant, output):
            if order.file_name in _files(bundle_folder(variant, output)):
                continue
            tell(f"export CloFormer {variant} to {order.target}, {order.precision}, {order.form}")
            try:
                run_child(__name__, order, Exported)
            except CloformerError as error:
                tell(f"  {error.problem}")
    return [folder for variant in variants if _files(folder := bundle_folder(variant, output))]


def _files(bundle: Path) -> list[str]:
    try:
        return [artifact.file for artifact in open_bundle(bundle).manifest.artifacts]
    except InputFileError:
        return []


def _export(order: ExportOrder) -> Exported:
    from cloformer.export import export  # noqa: PLC0415 - only the child needs them
    from cloformer.model import create_model, describe_weights  # noqa: PLC0415

    model = create_model(order.variant)
    artifact = export(
        model,
        order.target,
        precision=order.precision,
        image_size=SIZE,
        form=order.form,
        weights=describe_weights(model),
        output=order.output,
    )
    return Exported(file=artifact.path.name)


if __name__ == "__main__":
    serve(_export, ExportOrder)
