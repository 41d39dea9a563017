"""Write the app's Xcode project from the files in its folder: ``python -m ios_demo.xcode_project``.

Run it after adding, moving or removing a file. Only the settings below are defined here, and the same files always
produce the same text, so that the project can be reviewed like any other file.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from cloformer import __version__

HERE = Path(__file__).parent
APP = HERE / "App"
NAME = "CloFormer"
PROJECT = APP / f"{NAME}.xcodeproj" / "project.pbxproj"
SCHEME = PROJECT.parent / "xcshareddata" / "xcschemes" / f"{NAME}.xcscheme"
PACKAGE = "../CloFormerKit"
BUNDLES = "Bundles"
"""The name of a folder that is copied into the app unchanged, so that the bundles still match their hashes."""

Value = str | list["Value"] | dict[str, "Value"]
Objects = dict[str, Value]

_FILE_TYPES = {".swift": "sourcecode.swift", ".plist": "text.plist.xml", ".xcassets": "folder.assetcatalog"}
_PROJECT_SETTINGS: dict[str, Value] = {
    "ALWAYS_SEARCH_USER_PATHS": "NO",
    "CLANG_ENABLE_MODULES": "YES",
    "ENABLE_USER_SCRIPT_SANDBOXING": "YES",
    "IPHONEOS_DEPLOYMENT_TARGET": "17.0",
    "SDKROOT": "iphoneos",
    "SWIFT_VERSION": "6.0",
}
_CONFIGURATIONS: dict[str, dict[str, Value]] = {
    "Debug": {
        "DEBUG_INFORMATION_FORMAT": "dwarf",
        "ENABLE_TESTABILITY": "YES",
        "ONLY_ACTIVE_ARCH": "YES",
        "SWIFT_ACTIVE_COMPILATION_CONDITIONS": "DEBUG",
        "SWIFT_OPTIMIZATION_LEVEL": "-Onone",
    },
    "Release": {
        "DEBUG_INFORMATION_FORMAT": "dwarf-with-dsym",
        "SWIFT_COMPILATION_MODE": "wholemodule",
        "SWIFT_OPTIMIZATION_LEVEL": "-O",
        "VALIDATE_PRODUCT": "YES",
    },
}
_TARGET_SETTINGS: dict[str, Value] = {
    "ASSETCATALOG_COMPILER_APPICON_NAME": "AppIcon",
    "ASSETCATALOG_COMPILER_GLOBAL_ACCENT_COLOR_NAME": "AccentColor",
    "CODE_SIGN_STYLE": "Automatic",
    "CURRENT_PROJECT_VERSION": "1",
    "GENERATE_INFOPLIST_FILE": "NO",
    "INFOPLIST_FILE": f"{NAME}/Info.plist",
    "LD_RUNPATH_SEARCH_PATHS": ["$(inherited)", "@executable_path/Frameworks"],
    "PRODUCT_BUNDLE_IDENTIFIER": "org.cloformer.demo",
    "PRODUCT_NAME": "$(TARGET_NAME)",
    "TARGETED_DEVICE_FAMILY": "1,2",
}


def project_text() -> str:
    """Return the text of ``project.pbxproj``."""
    objects: Objects = {}
    sources = sorted((APP / NAME).rglob("*.swift"))
    catalogs = sorted((APP / NAME).rglob("*.xcassets"))
    group = _group(APP / NAME, objects)
    bundles = _add(objects, "PBXFileReference", BUNDLES, lastKnownFileType="folder", path=BUNDLES, sourceTree="<group>")
    product = _add(
        objects,
        "PBXFileReference",
        "product",
        explicitFileType="wrapper.application",
        includeInIndex="0",
        path=f"{NAME}.app",
        sourceTree="BUILT_PRODUCTS_DIR",
    )
    products = _add(objects, "PBXGroup", "products", children=[product], name="Products", sourceTree="<group>")
    main = _add(objects, "PBXGroup", "main", children=[group, bundles, products], sourceTree="<group>")
    package = _add(objects, "XCLocalSwiftPackageReference", PACKAGE, relativePath=PACKAGE)
    kit = _add(objects, "XCSwiftPackageProductDependency", "kit", productName="CloFormerKit")
    linked = _add(objects, "PBXBuildFile", "kit is linked", productRef=kit)
    phases: list[Value] = [
        _phase("PBXSourcesBuildPhase", [_built(path, objects) for path in sources], objects),
        _phase("PBXFrameworksBuildPhase", [linked], objects),
        _phase(
            "PBXResourcesBuildPhase",
            [*(_built(path, objects) for path in catalogs), _copied(bundles, objects)],
            objects,
        ),
    ]
    target = _add(
        objects,
        "PBXNativeTarget",
        "target",
        buildConfigurationList=_configurations(
            "target", {**_TARGET_SETTINGS, "MARKETING_VERSION": __version__}, objects
        ),
        buildPhases=phases,
        buildRules=[],
        dependencies=[],
        name=NAME,
        packageProductDependencies=[kit],
        productName=NAME,
        productReference=product,
        productType="com.apple.product-type.application",
    )
    project = _add(
        objects,
        "PBXProject",
        "project",
        attributes={"BuildIndependentTargetsInParallel": "1", "LastUpgradeCheck": "1600"},
        buildConfigurationList=_configurations("project", _PROJECT_SETTINGS, objects),
        developmentRegion="en",
        hasScannedForEncodings="0",
        knownRegions=["en", "Base"],
        mainGroup=main,
        packageReferences=[package],
        productRefGroup=products,
        projectDirPath="",
        projectRoot="",
        targets=[target],
    )
    root: dict[str, Value] = {
        "archiveVersion": "1",
        "classes": {},
        "objectVersion": "60",  # Xcode 15, the first with packages in a local folder
        "objects": dict(sorted(objects.items())),
        "rootObject": project,
    }
    return f"// !$*UTF8*$!\n{_written(root, '')}\n"


def scheme_text() -> str:
    """Return the scheme, which always runs the Release build, because benchmarking a debug build is meaningless."""
    reference = (
        f'<BuildableReference BuildableIdentifier="primary" BlueprintIdentifier="{_id("PBXNativeTarget", "target")}" '
        f'BuildableName="{NAME}.app" BlueprintName="{NAME}" ReferencedContainer="container:{NAME}.xcodeproj"/>'
    )
    runnable = f'<BuildableProductRunnable runnableDebuggingMode="0">{reference}</BuildableProductRunnable>'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Scheme LastUpgradeVersion="1600" version="1.7">
  <BuildAction parallelizeBuildables="YES" buildImplicitDependencies="YES">
    <BuildActionEntries>
      <BuildActionEntry buildForTesting="YES" buildForRunning="YES" buildForProfiling="YES" buildForArchiving="YES"
        buildForAnalyzing="YES">{reference}</BuildActionEntry>
    </BuildActionEntries>
  </BuildAction>
  <LaunchAction buildConfiguration="Release" selectedDebuggerIdentifier=""
    selectedLauncherIdentifier="Xcode.IDEFoundation.Launcher.PosixSpawn" launchStyle="0"
    useCustomWorkingDirectory="NO" debugDocumentVersioning="YES" allowLocationSimulation="YES">{runnable}</LaunchAction>
  <ProfileAction buildConfiguration="Release" shouldUseLaunchSchemeArgsEnv="YES">{runnable}</ProfileAction>
  <AnalyzeAction buildConfiguration="Debug"/>
  <ArchiveAction buildConfiguration="Release" revealArchiveInOrganizer="YES"/>
</Scheme>
"""


def _group(folder: Path, objects: Objects) -> str:
    """Add a folder with all of its contents, and return its identifier."""
    children: list[Value] = []
    for path in sorted(folder.iterdir()):
        if path.suffix in _FILE_TYPES:
            children.append(
                _add(
                    objects,
                    "PBXFileReference",
                    _place(path),
                    lastKnownFileType=_FILE_TYPES[path.suffix],
                    path=path.name,
                    sourceTree="<group>",
                )
            )
        elif path.is_dir():
            children.append(_group(path, objects))
    return _add(objects, "PBXGroup", _place(folder), children=children, path=folder.name, sourceTree="<group>")


def _built(path: Path, objects: Objects) -> str:
    return _copied(_id("PBXFileReference", _place(path)), objects)


def _copied(reference: str, objects: Objects) -> str:
    return _add(objects, "PBXBuildFile", reference, fileRef=reference)


def _phase(kind: str, files: list[Value], objects: Objects) -> str:
    return _add(objects, kind, kind, buildActionMask="2147483647", files=files, runOnlyForDeploymentPostprocessing="0")


def _configurations(owner: str, settings: dict[str, Value], objects: Objects) -> str:
    made: list[Value] = []
    for name, own in _CONFIGURATIONS.items():
        merged: dict[str, Value] = {**settings, **(own if owner == "project" else {})}
        made.append(
            _add(
                objects,
                "XCBuildConfiguration",
                f"{owner} {name}",
                buildSettings=dict(sorted(merged.items())),
                name=name,
            )
        )
    return _add(
        objects,
        "XCConfigurationList",
        owner,
        buildConfigurations=made,
        defaultConfigurationIsVisible="0",
        defaultConfigurationName="Release",
    )


def _add(objects: Objects, kind: str, identity: str, **fields: Value) -> str:
    identifier = _id(kind, identity)
    objects[identifier] = {"isa": kind, **fields}
    return identifier


def _id(kind: str, identity: str) -> str:
    """Return a reproducible identifier of 24 hexadecimal digits, which Xcode would generate at random."""
    return hashlib.sha256(f"{kind} {identity}".encode()).hexdigest()[:24].upper()


def _place(path: Path) -> str:
    return path.relative_to(APP).as_posix()


def _written(value: Value, indent: str) -> str:
    """Return a value as an OpenStep property list, the format that Xcode writes."""
    inner = indent + "\t"
    if isinstance(value, str):
        return value if re.fullmatch(r"[A-Za-z0-9_./]+", value) else '"' + value.replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "(\n" + "".join(f"{inner}{_written(item, inner)},\n" for item in value) + f"{indent})"
    return "{\n" + "".join(f"{inner}{key} = {_written(item, inner)};\n" for key, item in value.items()) + f"{indent}}}"


def main() -> None:
    """Write the project and its scheme."""
    SCHEME.parent.mkdir(parents=True, exist_ok=True)
    PROJECT.write_text(project_text(), "utf-8")
    SCHEME.write_text(scheme_text(), "utf-8")


if __name__ == "__main__":
    main()
