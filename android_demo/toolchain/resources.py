"""Compiles and links the app's resources, manifest and assets: ``python -m toolchain.resources FOLDER --assets A``.

``FOLDER`` gets ``resources.apk``, the compiled resources without code, and ``R.jar``, the class that names them.
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
"""Android 10's, from Debian: the newest whose resource table Debian's aapt2 reads; the app uses no later attribute."""

EXECUTORCH_VERSION = "react-native-executorch 0.9.3"
"""What records say of the packaged library, which does not tell its own version."""


def link_resources(folder: Path, app: Path, assets: Path) -> None:
    """Write ``resources.apk`` and ``R.jar``.

    Args:
        folder: replaced.
        app: the module, with AndroidManifest.xml and res/ under src/main.
        assets: becomes the app's assets.

    Raises:
        ToolchainError: what aapt2 found wrong.
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
    """Gradle wants the package's name in its own file, aapt2 in the manifest."""
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
