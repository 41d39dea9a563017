"""Exporting the artifact of each case once; artifacts of an earlier run are reused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from cloformer.export.conversion import Conversion
from cloformer.export.request.form_names import REFERENCE
from cloformer.export.request.registry import find_target
from cloformer.export.request.request import make_request
from cloformer.export.stages import Stages
from cloformer.export.target_module import load_target
from cloformer.model import create_model, describe_weights, preprocessing_for
from cloformer.model.labels import default_labels
from cloformer.runtimes.pytorch.network_facts import model_facts
from cloformer.whole_file import written_whole

from .cases import Case


def make_artifacts(
    cases: list[Case], variant: str, size: tuple[int, int], folder: Path, tell: Callable[[str], None]
) -> list[Path]:
    """Return the artifact of each case in fp32 with random weights; those missing from ``folder`` are exported.

    Raises:
        CloformerError: an exporter failed.
    """
    model = create_model(variant)
    facts = model_facts(model, describe_weights(model))
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for case in cases:
        target = find_target(case.target)
        path = folder / f"{_stem(case, variant, size)}{target.suffix}"
        if not path.exists():
            tell(f"export to {target.title}: {case.name}")
            request = make_request(case.target, precision="fp32", image_size=size, form=REFERENCE)
            with written_whole(path) as unfinished:
                labels = tuple(default_labels(model.num_classes))
                conversion = Conversion(
                    model, facts, preprocessing_for(*size), labels, request, unfinished, rewrites=case.rewrites
                )
                load_target(target.name).convert(conversion, Stages())
        paths.append(path)
    return paths


def _stem(case: Case, variant: str, size: tuple[int, int]) -> str:
    """Return a file name that depends on the rewrites, so that a changed form never reuses an old artifact."""
    done = " ".join(case.rewrites)
    digest = hashlib.sha256(done.encode()).hexdigest()[:8]
    return f"{variant}_{size[0]}x{size[1]}_{case.name.replace(' ', '_')}_{digest}"
