"""Compile and link the app's resources, manifest and assets: ``python -m toolchain.resources FOLDER --assets A``.

This writes ``resources.apk``, the compiled resources without code, and ``R.jar``, the class with their names.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from .failures import exit_with, run

MIN_SDK = 26
TARGET_SDK = 36
VERSION_CODE = 1
VERSION_NAME = "0.1.0"
PACKAGE = "org.cloformer.demo"

FRAMEWORK_RESOURCES = Path("/usr/share/android-framework-res/framework-res.apk")
"""Android 10's resources from Debian, the newest that Debian's aapt2 can read; the app uses no later attributes."""

EXECUTORCH_VERSION = "react-native-executorch 0.9.3"
"""The version of the packaged library in records, because the library does not report its own."""


def link_resources(folder: Path, app: Path, assets: Path) -> None:
    """Write ``resources.apk`` and ``R.jar``.

    Args:
        folder: the folder to write, which is replaced.
        app: the app's module, with AndroidManifest.xml and res/ under src/main.
        assets: the folder of the app's assets.

    Raises:
        ToolchainError: aapt2 found an error.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "values").mkdir(parents=True)
    (folder / "values" / "versions.xml").write_text(
        f'<resources><string name="executorch_version">{EXECUTORCH_VERSION}</string></resources>', "utf-8"
    )
    run(["aapt2", "compile", "--dir", app / "src/main/res", "-o", folder / "res.zip"])
    run(["aapt2", "compile", folder / "values" / "versions.xml", "-o", folder])
    run(
        [
            *("aapt2", "link", "-I", FRAMEWORK_RESOURCES, "-o", folder / "resources.apk"),
            *("--manifest", _with_package(app / "src/main/AndroidManifest.xml", folder)),
            *("--java", folder / "java", "-A", assets),
            *("--min-sdk-version", str(MIN_SDK), "--target-sdk-version", str(TARGET_SDK)),
            *("--version-code", str(VERSION_CODE), "--version-name", VERSION_NAME),
            *("-0", ".onnx", "-0", ".pte", "-0", ".f32", "-0", ".png"),
            *(folder / "res.zip", *sorted(folder.glob("*.flat"))),
        ],
        remedy="apt-get install aapt android-framework-res",
    )
    sources = sorted((folder / "java").rglob("*.java"))
    run(["javac", "--release", "8", "-Xlint:-options", "-d", folder / "classes", *sources])
    run(["jar", "--create", "--file", folder / "R.jar", "-C", folder / "classes", "."])


def _with_package(manifest: Path, folder: Path) -> Path:
    """Return a copy of the manifest with the package's name: aapt2 requires it there, Gradle in its own file."""
    complete = folder / "AndroidManifest.xml"
    complete.write_text(
        manifest.read_text("utf-8").replace("<manifest ", f'<manifest package="{PACKAGE}" ', 1), "utf-8"
    )
    return complete


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--app", type=Path, default=Path("app"))
    parser.add_argument("--assets", type=Path, required=True)
    given = parser.parse_args()
    link_resources(given.folder, given.app, given.assets)


if __name__ == "__main__":
    exit_with(_main)
