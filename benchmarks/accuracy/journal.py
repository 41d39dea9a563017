"""An artifact's predictions, one JSON line per image, so that an interrupted measurement can be resumed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from cloformer.benchmarks.json_lines import append_lines, read_whole_lines

Classes = tuple[int, ...]
"""The five most probable classes of an image, the most probable first."""


class Journal:
    """An append-only file of predictions; a line that a killed run truncated is dropped."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.predictions: dict[str, Classes] = {}
        for line in read_whole_lines(path) if path.exists() else []:
            entry = json.loads(line)
            self.predictions[entry["image"]] = tuple(entry["classes"])

    def add(self, predictions: Iterable[tuple[str, Classes]]) -> None:
        """Write predictions to the file and to ``predictions``."""
        found: Mapping[str, Classes] = dict(predictions)
        lines = (json.dumps({"image": name, "classes": classes}) + "\n" for name, classes in found.items())
        append_lines(self.path, (line.encode() for line in lines))
        self.predictions.update(found)
