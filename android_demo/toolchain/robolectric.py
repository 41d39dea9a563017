"""Prepare the files that Robolectric needs to run the app's screens: ``python -m toolchain.robolectric FOLDER``.

This writes a settings file for the class path, Android's framework where Robolectric finds it without network
access, and the classes of the only library that Maven has just as an AAR.
"""

from __future__ import annotations

import argparse
import shutil
import zipfile
from pathlib import Path

from .failures import exit_with
from .packages import fetched
from .resources import PACKAGE


def lay_out(index: Path, folder: Path, resources: Path, assets: Path) -> None:
    """Replace ``folder`` by the prepared files."""
    shutil.rmtree(folder, ignore_errors=True)
    settings = folder / "classes/com/android/tools/test_config.properties"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        f"android_resource_apk={(resources / 'resources.apk').resolve()}\n"
        f"android_merged_manifest={(resources / 'AndroidManifest.xml').resolve()}\n"
        f"android_merged_assets={assets.resolve()}\n"
        f"android_custom_package={PACKAGE}\n",
        "utf-8",
    )
    (folder / "android").mkdir()
    for framework in fetched(index, "maven.robolectric-android", "maven.robolectric-oldest-android"):
        (folder / "android" / framework.name).symlink_to(framework)
    for path in fetched(index, "maven.robolectric"):
        if path.suffix == ".aar":
            name = path.stem.rpartition("-")[0]
            with zipfile.ZipFile(path) as aar:
                (folder / f"{name}.jar").write_bytes(aar.read("classes.jar"))


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--packages", type=Path, default=Path("build/packages.json"))
    parser.add_argument("--resources", type=Path, default=Path("build/resources"))
    parser.add_argument("--assets", type=Path, default=Path("build/assets"))
    given = parser.parse_args()
    lay_out(given.packages, given.folder, given.resources, given.assets)


if __name__ == "__main__":
    exit_with(_main)
