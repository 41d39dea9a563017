"""Qualcomm's execution provider for ONNX Runtime, a plug-in: the HTP's compiler and, off the phone, its simulator."""

from __future__ import annotations

import os
import platform
from functools import cache
from typing import Any

# As in ``onnxruntime_session``: before the first import of onnxruntime.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime
import onnxruntime_qnn

from cloformer.model import MissingPackageError

PROVIDER: str = onnxruntime_qnn.get_ep_name()

IS_SIMULATOR = platform.machine().lower() in ("x86_64", "amd64")
"""Qualcomm builds the HTP library for these machines with a simulator in it; on others it drives the NPU."""


def htp_session(model: str | bytes, settings: dict[str, str], provider_options: dict[str, str]) -> Any:  # noqa: ANN401
    """Open ``model`` (a path, or its content) in ONNX Runtime with the HTP in front of the CPU."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # its warnings name every node that it leaves to the CPU; the callers count them
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
            "Qualcomm's execution provider finds nothing to run on here", "use x86-64, or a machine with its NPU"
        )
    return devices[0]
