"""A plan that is searched, kept, drawn and followed; and bounds and plans that are refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cloformer.export import Artifact, export
from cloformer.export.quantization.units import unit_names
from cloformer.export.search.bound import Bound, parse_bound
from cloformer.export.search.plan import QuantizationPlan, read_plan
from cloformer.model import CloFormer, InputFileError, UsageError
from tests.artifacts import ArtifactStore

BOUND = 0.985
"""More than XXS's shallow form keeps with all in 8 bits (0.98), so that something has to give."""


@pytest.fixture(scope="module")
def planned(shallow: CloFormer, store: ArtifactStore) -> Artifact:
    bound = Bound("cosine", BOUND)
    return store.export(shallow, "onnx", precision="int8", image_size=(32, 32), search=bound, parity=False)


def test_the_plan_is_kept_beside_the_artifact_and_says_why(planned: Artifact, shallow: CloFormer) -> None:
    plan = read_plan(planned.bundle / "quantization_onnx.json", shallow.variant.name)

    assert plan.reached >= BOUND
    assert tuple(each.unit for each in plan.units) == unit_names(shallow)
    assert 0 < len(plan.float_units) < len(plan.units)
    assert all(each.milliseconds > 0 for each in plan.units)
    worst = max(plan.units, key=lambda each: each.damage / each.milliseconds)
    assert worst.unit in plan.float_units
    assert planned.report.quantization is not None
    assert planned.report.quantization.float_units == plan.float_units


def test_the_plan_is_drawn(planned: Artifact) -> None:
    with Image.open(planned.bundle / "quantization_onnx.png") as picture:
        colors = np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)

    assert picture.width > 800
    assert [42, 120, 184] in colors.tolist()  # units in 8 bits
    assert [201, 84, 28] in colors.tolist()  # units in float


def test_a_plan_that_is_followed_gives_the_same_file(planned: Artifact, shallow: CloFormer, tmp_path: Path) -> None:
    plan = read_plan(planned.bundle / "quantization_onnx.json", shallow.variant.name)
    again = export(
        shallow,
        "onnx",
        precision="int8",
        image_size=(32, 32),
        float_units=plan.float_units,
        output=tmp_path,
        parity=False,
    )

    assert again.path.read_bytes() == planned.path.read_bytes()


@pytest.mark.parametrize(
    "text", ["", "cosine", "cosine=", "cosine=1.5", "cosine=0", "accuracy=-1", "psnr=40", "cosine=1.2.3"]
)
def test_bounds_that_mean_nothing(text: str) -> None:
    with pytest.raises(UsageError, match="--search cannot be"):
        parse_bound(text)


def test_bounds() -> None:
    assert parse_bound("cosine=0.999") == Bound("cosine", 0.999)
    assert parse_bound("accuracy=0.5") == Bound("accuracy", 0.5)


@pytest.mark.parametrize("damage", ["missing", "no JSON", "no plan", "another variant"])
def test_files_that_are_no_plan(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    plan = QuantizationPlan(
        variant="xs",
        weights_sha256="0" * 64,
        target="onnx",
        metric="cosine",
        bound=0.99,
        reached=0.995,
        images=16,
        units=(),
        float_units=(),
    )
    texts = {"no JSON": "{", "no plan": json.dumps({"units": []}), "another variant": plan.model_dump_json()}
    if damage in texts:
        path.write_text(texts[damage])

    with pytest.raises(InputFileError, match="plan"):
        read_plan(path, "xxs")
