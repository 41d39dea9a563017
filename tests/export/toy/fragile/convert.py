"""Half-writing a file, and then what the environment variable ``FRAGILE`` says: raise, exit, or wait."""

from __future__ import annotations

import os
import time
from pathlib import Path

from cloformer.export.conversion import Conversion, Converted
from cloformer.export.reference.run import Floats
from cloformer.export.stages import Stages


def convert(conversion: Conversion, stages: Stages) -> Converted:
    """Do not return."""
    with stages.stage("write half of it"):
        conversion.path.write_bytes(b"half")
        Path(os.environ["FRAGILE_STARTED"]).write_text(str(os.getpid()))
        match os.environ["FRAGILE"]:
            case "raise":
                raise RuntimeError("cannot lower aten.foo")
            case "exit":
                os._exit(9)
            case _:
                time.sleep(600)
    raise AssertionError


def block_outputs(_conversion: Conversion, _path: Path, _images: Floats) -> dict[str, Floats] | None:
    """Return nothing."""
    return None
