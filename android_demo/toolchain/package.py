"""Packs, aligns and signs the APK: ``python -m toolchain.package OUTPUT.apk``; ``sizes.json`` says what is in it.

Native libraries and model files stay uncompressed, so that they are mapped from the APK as they are. Libraries begin at
multiples of 16 KB, the largest page of an Android device, and everything else at multiples of 4 bytes.
"""

from __future__ import annotations

import argparse
import json
import struct
import zipfile
from collections import Counter
from pathlib import Path

from .failures import exit_with, run
from .resources import MIN_SDK

LIBRARY_ALIGNMENT = 16 * 1024
ALIGNMENT = 4

_ALIGNMENT_FIELD = 0xD935
"""The extra field that apksigner reads an entry's alignment from, and keeps to when it writes the entry anew."""

_TIMESTAMP = (1981, 1, 1, 1, 1, 2)
"""The same for all entries: the same inputs give the same APK."""

_LOCAL_HEADER = 30


def pack(output: Path, resources: Path, dex: Path, libraries: Path) -> None:
    """Write the unsigned APK.

    Args:
        output: the file.
        resources: the APK that aapt2 linked, with manifest, resources and assets.
        dex: the folder with classes.dex and, where there are many classes, classes2.dex and so on.
        libraries: the folder with a folder an ABI.
    """
    with zipfile.ZipFile(output, "w") as apk:
        with zipfile.ZipFile(resources) as linked:
            for entry in linked.infolist():
                _add(apk, entry.filename, linked.read(entry), compressed=entry.compress_type == zipfile.ZIP_DEFLATED)
        for path in sorted(dex.glob("*.dex")):
            _add(apk, path.name, path.read_bytes(), compressed=True)
        for path in sorted(libraries.glob("*/*.so")):
            _add(apk, f"lib/{path.parent.name}/{path.name}", path.read_bytes(), compressed=False)


def _add(apk: zipfile.ZipFile, name: str, contents: bytes, *, compressed: bool) -> None:
    entry = zipfile.ZipInfo(name, _TIMESTAMP)
    entry.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    if not compressed:
        alignment = LIBRARY_ALIGNMENT if name.endswith(".so") else ALIGNMENT
        assert apk.fp is not None
        start = apk.fp.tell() + _LOCAL_HEADER + len(name.encode()) + 6
        padding = -start % alignment
        entry.extra = struct.pack("<HHH", _ALIGNMENT_FIELD, 2 + padding, alignment) + bytes(padding)
    apk.writestr(entry, contents)


def sign(apk: Path, signed: Path, keystore: Path) -> None:
    """Sign with a key for development, which is made where there is none, and verify the result.

    Raises:
        ToolchainError: apksigner or zipalign finds a fault.
    """
    if not keystore.exists():
        run(
            [
                *("keytool", "-genkeypair", "-keystore", keystore, "-storepass", "android", "-alias", "debug"),
                *(
                    "-keyalg",
                    "RSA",
                    "-keysize",
                    "2048",
                    "-validity",
                    "10000",
                    "-dname",
                    "CN=Android Debug,O=Android,C=US",
                ),
            ]
        )
    unfinished = signed.with_name(f"unfinished-{signed.name}")
    run(
        [
            *("apksigner", "sign", "--ks", keystore, "--ks-pass", "pass:android", "--min-sdk-version", str(MIN_SDK)),
            *("--v4-signing-enabled", "false", "--out", unfinished, apk),
        ]
    )
    run(["apksigner", "verify", "--min-sdk-version", str(MIN_SDK), unfinished])
    run(["zipalign", "-c", "-p", str(ALIGNMENT), unfinished])
    unfinished.replace(signed)


_PARTS = {
    "lib/arm64-v8a/libonnxruntime": "ONNX Runtime, arm64-v8a",
    "lib/x86_64/libonnxruntime": "ONNX Runtime, x86_64",
    "lib/arm64-v8a/": "ExecuTorch, arm64-v8a",
    "lib/x86_64/": "ExecuTorch, x86_64",
    "assets/": "bundles",
    "classes": "app code and the engines' Java API",
    "": "resources and signature",
}
"""Beginnings of names in an APK, and what they belong to; the first that fits counts."""


def sizes(apk: Path) -> dict[str, int]:
    """Return how many bytes each part of the APK takes in it."""
    parts: Counter[str] = Counter()
    with zipfile.ZipFile(apk) as packed:
        for entry in packed.infolist():
            parts[next(part for start, part in _PARTS.items() if entry.filename.startswith(start))] += (
                entry.compress_size
            )
    parts["resources and signature"] += apk.stat().st_size - parts.total()
    return dict(parts)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--resources", type=Path, default=Path("build/resources/resources.apk"))
    parser.add_argument("--dex", type=Path, default=Path("build/dex"))
    parser.add_argument("--libraries", type=Path, default=Path("build/engines/lib"))
    parser.add_argument("--keystore", type=Path, default=Path("build/debug.keystore"))
    given = parser.parse_args()
    unsigned = given.output.with_name(f"unsigned-{given.output.name}")
    try:
        pack(unsigned, given.resources, given.dex, given.libraries)
        sign(unsigned, given.output, given.keystore)
    finally:
        unsigned.unlink(missing_ok=True)
    parts = sizes(given.output)
    (given.output.parent / "sizes.json").write_text(json.dumps(parts, indent=1) + "\n", "utf-8")
    for part, size in {**parts, "all": given.output.stat().st_size}.items():
        print(f"{size / 1e6:8.2f} MB  {part}")


if __name__ == "__main__":
    exit_with(_main)
