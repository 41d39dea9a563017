"""ONNX Runtime's own format, and the operator list from which a smaller mobile runtime is built."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from onnxruntime.tools.convert_onnx_models_to_ort import OptimizationStyle, convert_onnx_models_to_ort


def write_ort_format(onnx_path: Path) -> dict[str, Path]:
    """Write ``NAME.ort`` and ``NAME.required_operators_and_types.config`` beside ``NAME.onnx``.

    The graph is optimized for fixed operators (ONNX Runtime's ``Fixed`` style), as a mobile build has them.
    """
    with tempfile.TemporaryDirectory(dir=onnx_path.parent) as folder:
        copy = Path(folder) / onnx_path.name
        os.link(onnx_path, copy)
        convert_onnx_models_to_ort(copy, optimization_styles=[OptimizationStyle.Fixed], enable_type_reduction=True)
        made = {
            "ort": onnx_path.with_suffix(".ort"),
            "required_operators": onnx_path.with_suffix(".required_operators_and_types.config"),
        }
        for path in made.values():
            shutil.move(Path(folder) / path.name, path)
    return made
