"""Where the published JSON Schemas are, and how they are made: ``python -m tests.schemas`` writes them anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from cloformer.benchmarks.arm64.report import Arm64Report
from cloformer.benchmarks.latency_model.prediction import PredictionReport
from cloformer.benchmarks.records import Measurement
from cloformer.benchmarks.rewrites.report import RewritesReport
from cloformer.export.report import Report
from cloformer.runtimes.bundle.manifest import Manifest

SCHEMAS = Path(__file__).parent.parent / "docs" / "schemas"

MODELS = {
    "manifest": Manifest,
    "report": Report,
    "arm64": Arm64Report,
    "rewrites": RewritesReport,
    "measurement": Measurement,
    "prediction": PredictionReport,
}

WRITTEN_BY_APPS = ("measurement",)
"""What others write and this toolkit reads: a field with a default may be left out."""


def schema_text(name: str) -> str:
    """Return the schema that the code's types define, as it is published."""
    mode: Literal["validation", "serialization"] = "validation" if name in WRITTEN_BY_APPS else "serialization"
    schema = MODELS[name].model_json_schema(mode=mode)
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**dialect, **schema}, indent=2) + "\n"


if __name__ == "__main__":
    for each in MODELS:
        (SCHEMAS / f"{each}.schema.json").write_text(schema_text(each), "utf-8")
