"""Writing an .mlpackage that is the same every time."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import coremltools as ct
from coremltools.proto import Model_pb2

_ITEMS = "itemInfoEntries"
_ROOT = "rootModelIdentifier"


def save_package(spec: Model_pb2.Model, weights_dir: str, path: Path) -> None:
    """Save ``spec`` and its weights as the package ``path``.

    coremltools gives each file of a package a random identifier, and protocol buffers write the entries of a map in
    no fixed order; here both depend only on the content. (The numbers in the names of constants still vary.)
    """
    ct.models.MLModel(spec, weights_dir=weights_dir, skip_model_load=True).save(str(path))
    manifest_path = path / "Manifest.json"
    manifest = json.loads(manifest_path.read_text("utf-8"))
    stable = {old: str(uuid.uuid5(uuid.NAMESPACE_URL, item["path"])).upper() for old, item in manifest[_ITEMS].items()}
    manifest[_ITEMS] = {stable[old]: item for old, item in sorted(manifest[_ITEMS].items(), key=_item_path)}
    manifest[_ROOT] = stable[manifest[_ROOT]]
    # In coremltools' own layout: it rewrites the file whenever it opens a package, and the package's hash must stay.
    manifest_path.write_text(json.dumps(manifest, indent=4, sort_keys=True) + "\n", "utf-8")
    for model_path in path.rglob("*.mlmodel"):
        saved = Model_pb2.Model.FromString(model_path.read_bytes())
        model_path.write_bytes(saved.SerializeToString(deterministic=True))


def _item_path(entry: tuple[str, dict[str, str]]) -> str:
    return entry[1]["path"]
