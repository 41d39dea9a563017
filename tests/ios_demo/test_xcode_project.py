"""The Xcode project, the property list and the assets: what they name exists, and what exists is named."""

from __future__ import annotations

import json
import plistlib
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

import cloformer
from ios_demo.toolchain.swift import Swift
from ios_demo.xcode_project import APP, NAME, PROJECT, SCHEME, project_text, scheme_text

_SOURCES = APP / NAME
_ASSETS = _SOURCES / "Assets.xcassets"


@pytest.fixture(scope="module")
def objects(swift: Swift, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The project's objects, as Foundation reads them."""
    reader = tmp_path_factory.mktemp("reader")
    source = Path(__file__).with_name("property_list_to_json.swift")
    (reader / "main.swift").write_text(source.read_text("utf-8"), "utf-8")
    compiled = swift.run(["swiftc", "-o", str(reader / "read"), str(reader / "main.swift")], reader)
    assert compiled.returncode == 0, compiled.stderr
    read = swift.run([str(reader / "read"), str(PROJECT)], reader)
    assert read.returncode == 0, read.stderr
    project = json.loads(read.stdout)
    assert project["rootObject"] in project["objects"]
    found: dict[str, dict[str, Any]] = project["objects"]
    return found


def test_the_project_is_what_its_generator_writes() -> None:
    assert PROJECT.read_text("utf-8") == project_text(), "run python -m ios_demo.xcode_project"
    assert SCHEME.read_text("utf-8") == scheme_text(), "run python -m ios_demo.xcode_project"


def test_every_identifier_that_is_used_is_defined(objects: dict[str, dict[str, Any]]) -> None:
    text = PROJECT.read_text("utf-8")
    used = set(re.findall(r"\b[0-9A-F]{24}\b", text))
    assert used == set(objects)


def test_every_file_that_the_project_names_exists(objects: dict[str, dict[str, Any]]) -> None:
    paths = _paths(objects)
    assert len(paths) > 20
    assert [path for path in paths.values() if not path.exists()] == []
    (package,) = _of_kind(objects, "XCLocalSwiftPackageReference").values()
    assert (APP / package["relativePath"] / "Package.swift").is_file()


def test_every_source_is_compiled_and_every_resource_copied(objects: dict[str, dict[str, Any]]) -> None:
    paths = _paths(objects)
    assert _built(objects, paths, "PBXSourcesBuildPhase") == set(_SOURCES.rglob("*.swift"))
    assert _built(objects, paths, "PBXResourcesBuildPhase") == {_ASSETS, APP / "Bundles"}


def test_the_target_links_the_package_and_has_its_settings(objects: dict[str, dict[str, Any]]) -> None:
    (target,) = _of_kind(objects, "PBXNativeTarget").values()
    products = [objects[identifier]["productName"] for identifier in target["packageProductDependencies"]]
    assert products == ["CloFormerKit"]
    (phase,) = _of_kind(objects, "PBXFrameworksBuildPhase").values()
    assert [objects[file]["productRef"] for file in phase["files"]] == target["packageProductDependencies"]
    configurations = objects[target["buildConfigurationList"]]["buildConfigurations"]
    settings = [objects[configuration]["buildSettings"] for configuration in configurations]
    for setting in settings:
        assert (APP / setting["INFOPLIST_FILE"]).is_file()
        assert (_ASSETS / f"{setting['ASSETCATALOG_COMPILER_APPICON_NAME']}.appiconset").is_dir()
        assert (_ASSETS / f"{setting['ASSETCATALOG_COMPILER_GLOBAL_ACCENT_COLOR_NAME']}.colorset").is_dir()
        assert setting["MARKETING_VERSION"] == cloformer.__version__
    (project,) = _of_kind(objects, "PBXProject").values()
    for configuration in objects[project["buildConfigurationList"]]["buildConfigurations"]:
        shared = objects[configuration]["buildSettings"]
        assert (shared["SWIFT_VERSION"], shared["IPHONEOS_DEPLOYMENT_TARGET"]) == ("6.0", "17.0")


def test_the_scheme_runs_the_target_in_release(objects: dict[str, dict[str, Any]]) -> None:
    scheme = ElementTree.parse(SCHEME)
    (identifier,) = _of_kind(objects, "PBXNativeTarget")
    assert {reference.get("BlueprintIdentifier") for reference in scheme.iter("BuildableReference")} == {identifier}
    launch = scheme.find("LaunchAction")
    assert launch is not None and launch.get("buildConfiguration") == "Release"


def test_the_property_list_says_what_the_app_needs() -> None:
    facts = plistlib.loads((_SOURCES / "Info.plist").read_bytes())
    assert len(facts["NSCameraUsageDescription"]) > 20
    assert facts["UIFileSharingEnabled"] and facts["LSSupportsOpeningDocumentsInPlace"]
    assert facts["CFBundleIdentifier"] == "$(PRODUCT_BUNDLE_IDENTIFIER)"
    used = "\n".join(path.read_text("utf-8") for path in _SOURCES.rglob("*.swift"))
    assert "PHPhotoLibrary" not in used and "NSPhotoLibraryUsageDescription" not in facts  # the picker needs neither
    assert "UIUserInterfaceStyle" not in facts  # light and dark, as the person wants it


def test_every_asset_that_is_named_exists_and_has_the_right_form() -> None:
    contents = sorted(_ASSETS.rglob("Contents.json"))
    assert len(contents) == 3
    named = {
        path.parent / image["filename"]
        for path in contents
        for image in json.loads(path.read_text("utf-8")).get("images", [])
    }
    assert named == set(_ASSETS.rglob("*.png"))
    for path in named:
        with Image.open(path) as icon:
            assert (icon.size, icon.mode) == ((1024, 1024), "RGB")  # the App Store takes no transparency


def test_the_color_has_a_dark_form() -> None:
    colors = json.loads((_ASSETS / "AccentColor.colorset" / "Contents.json").read_text("utf-8"))["colors"]
    assert [color.get("appearances", [{}])[0].get("value") for color in colors] == [None, "dark"]


def _of_kind(objects: dict[str, dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {identifier: fields for identifier, fields in objects.items() if fields["isa"] == kind}


def _paths(objects: dict[str, dict[str, Any]]) -> dict[str, Path]:
    """Where each file reference of the main group leads, group by group."""
    (project,) = _of_kind(objects, "PBXProject").values()
    found: dict[str, Path] = {}

    def walk(identifier: str, folder: Path) -> None:
        fields = objects[identifier]
        if fields["sourceTree"] != "<group>":
            return
        place = folder / fields["path"] if "path" in fields else folder
        if fields["isa"] == "PBXFileReference":
            found[identifier] = place
        for child in fields.get("children", []):
            walk(child, place)

    walk(project["mainGroup"], APP)
    return found


def _built(objects: dict[str, dict[str, Any]], paths: dict[str, Path], kind: str) -> set[Path]:
    (phase,) = _of_kind(objects, kind).values()
    return {paths[objects[file]["fileRef"]] for file in phase["files"]}
