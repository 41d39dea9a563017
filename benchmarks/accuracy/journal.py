"""What an artifact said of each image, one JSON line an image, so that an interrupted measurement goes on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

Classes = tuple[int, ...]
"""The five most probable classes of an image, the most probable first."""


class Journal:
    """A file of predictions that only grows; a line that a killed run cut off is dropped."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.predictions: dict[str, Classes] = {}
        lines = path.read_bytes().split(b"\n") if path.exists() else []
        for line in lines[:-1]:
            entry = json.loads(line)
            self.predictions[entry["image"]] = tuple(entry["classes"])
        if lines and lines[-1]:
            with path.open("rb+") as file:
                file.truncate(path.stat().st_size - len(lines[-1]))

    def add(self, predictions: Iterable[tuple[str, Classes]]) -> None:
        """Write predictions and hold them."""
        found: Mapping[str, Classes] = dict(predictions)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps({"image": name, "classes": classes}) + "\n" for name, classes in found.items())
        self.predictions.update(found)
