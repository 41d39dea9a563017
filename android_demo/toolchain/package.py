"""Pack, align and sign the APK: ``python -m toolchain.package OUTPUT.apk``; ``sizes.json`` lists the parts' sizes.

Native libraries and model files are stored uncompressed, so that they can be mapped from the APK. Libraries begin at
multiples of 16 KB, the largest page size of an Android device, and everything else at multiples of 4 bytes.
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
"""The extra field with an entry's alignment, which apksigner preserves when it rewrites the entry."""

_TIMESTAMP = (1981, 1, 1, 1, 1, 2)
"""The time stamp of all entries, so that the same inputs produce the same APK."""

_LOCAL_HEADER = 30


def pack(output: Path, resources: Path, dex: Path, libraries: Path) -> None:
    """Write the unsigned APK.

    Args:
        output: the file to write.
        resources: the APK that aapt2 linked, with manifest, resources and assets.
        dex: the folder with classes.dex and, if there are many classes, classes2.dex and so on.
        libraries: the folder with one folder per ABI.
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
    """Sign with a development key, which is created if it does not exist, and verify the result.

    Raises:
        ToolchainError: apksigner or zipalign found an error.
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
"""Prefix of names in an APK -> the part that they belong to; the first match is used."""


def sizes(apk: Path) -> dict[str, int]:
    """Return part -> number of bytes in the APK."""
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
