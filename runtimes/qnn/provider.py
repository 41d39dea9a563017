"""Qualcomm's execution provider plug-in for ONNX Runtime: the HTP's compiler and, off the phone, its simulator."""

from __future__ import annotations

import os
import platform
from functools import cache
from typing import Any

# As in ``runtimes/onnxruntime/session.py``; it must precede the first import of onnxruntime.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime
import onnxruntime_qnn

from cloformer.model import MissingPackageError

PROVIDER: str = onnxruntime_qnn.get_ep_name()

IS_SIMULATOR = platform.machine().lower() in ("x86_64", "amd64")
"""Whether the HTP library simulates the NPU: Qualcomm builds it so for these machines; on others it uses the NPU."""


def htp_session(model: str | bytes, settings: dict[str, str], provider_options: dict[str, str]) -> Any:  # noqa: ANN401
    """Open ``model`` (a path, or its content) in ONNX Runtime, with the HTP preferred to the CPU."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # its warnings list every node left to the CPU; the callers count them
    for key, value in settings.items():
        options.add_session_config_entry(key, value)
    backend = {"backend_path": onnxruntime_qnn.get_qnn_htp_path()}
    options.add_provider_for_devices([_device()], {**backend, **provider_options})
    return onnxruntime.InferenceSession(model, options)


@cache
def _device() -> Any:  # noqa: ANN401 - onnxruntime ships no types
    onnxruntime.register_execution_provider_library(PROVIDER, onnxruntime_qnn.get_library_path())
    devices = [device for device in onnxruntime.get_ep_devices() if device.ep_name == PROVIDER]
    if not devices:
        raise MissingPackageError(
            "Qualcomm's execution provider finds no device here", "use an x86-64 machine, or one with Qualcomm's NPU"
        )
    return devices[0]
