"""The stub type-check: the app, and the package with Core ML, against the declarations in stubs/.

It finds wrong names, types, optionals, unhandled errors and data races. It is no iOS build: see stubs/README.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from ios_demo.toolchain.swift import REPOSITORY, Swift

_STUBS = Path(__file__).parent / "stubs"
_MODULES = (  # each after those that it imports
    *("StubCoreFoundation", "Darwin", "CoreGraphics", "ImageIO", "CoreVideo", "CoreMedia", "CoreML", "UIKit"),
    *("AVFoundation", "SwiftUI", "PhotosUI", "ExecuTorch", "CoreAI"),
)
_UNCHECKED_GLOBALS = ("Darwin",)
"""Written in C, and so without Swift 6's promises."""

_KIT = REPOSITORY / "ios_demo" / "CloFormerKit" / "Sources" / "CloFormerKit"
_APP = REPOSITORY / "ios_demo" / "App" / "CloFormer"
_STRICT = ("-parse-as-library", "-swift-version", "6", "-continue-building-after-errors")


@pytest.fixture(scope="module")
def modules(swift: Swift, shared_folder: Path) -> Path:
    """A folder with the stubs' modules, and the package's with Core ML in it."""
    folder = shared_folder / "modules"
    with FileLock(shared_folder / "modules.lock"):
        if not folder.is_dir():
            folder.mkdir()
            for name in _MODULES:
                _make_module(swift, name, [_STUBS / f"{name}.swift"], folder, "-suppress-warnings")
            _make_module(swift, "CloFormerKit", sorted(_KIT.rglob("*.swift")), folder, "-warnings-as-errors")
    return folder


def test_the_app_type_checks(swift: Swift, modules: Path) -> None:
    assert _check(swift, modules, sorted(_APP.rglob("*.swift"))) == ""


def test_every_stub_is_used() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (*_KIT.rglob("*.swift"), *_APP.rglob("*.swift")))
    stubs = {name for name in _MODULES if not name.startswith("Stub")}
    assert {name for name in stubs if f"import {name}\n" not in sources} == set()
    assert {path.stem for path in _STUBS.glob("*.swift")} == set(_MODULES)


_MISTAKES = (  # file, what is right, what is wrong, what the compiler says
    ("Screens/CameraScreen.swift", "feed.stop()", "feed.halt()", "no dynamic member 'halt'"),
    ("Camera/CameraFeed.swift", "sessionPreset = .vga640x480", "sessionPreset = .vga", "no member 'vga'"),
    (
        "Screens/PhotoScreen.swift",
        "answer = try await predictor",
        "answer = await predictor",
        "not marked with 'try'",
    ),
    ("Screens/CropView.swift", "case .boxes(let boxes)", "case .masks(let boxes)", "has no member 'masks'"),
    ("Device/ImageDecoding.swift", "colorSpace?.model == .rgb", "colorSpace.model == .rgb", "must be unwrapped"),
    ("AppState.swift", "nonisolated static var documents", "static var documents", "main actor-isolated"),
)


def test_mistakes_are_found(swift: Swift, modules: Path, tmp_path: Path) -> None:
    sources = {path.relative_to(_APP).as_posix(): path for path in sorted(_APP.rglob("*.swift"))}
    for file, right, wrong, _ in _MISTAKES:
        text = sources[file].read_text("utf-8")
        assert right in text
        sources[file] = tmp_path / Path(file).name
        sources[file].write_text(text.replace(right, wrong), "utf-8")
    complaints = _check(swift, modules, list(sources.values()))
    assert [message for *_, message in _MISTAKES if message not in complaints] == []


def _make_module(swift: Swift, name: str, sources: list[Path], folder: Path, warnings: str) -> None:
    made = folder / f"{name}.swiftmodule"
    strict = ("-parse-as-library", "-swift-version", "5") if name in _UNCHECKED_GLOBALS else _STRICT
    command = ["swiftc", "-emit-module", *strict, warnings, "-module-name", name, "-I", str(folder), "-o", str(made)]
    done = swift.run([*command, *map(str, sources)], REPOSITORY)
    assert done.returncode == 0, done.stderr


def _check(swift: Swift, modules: Path, sources: list[Path]) -> str:
    """Type-check the app, and return what the compiler says against it."""
    command = ["swiftc", "-typecheck", *_STRICT, "-warnings-as-errors", "-module-name", "CloFormer", "-I", str(modules)]
    done = swift.run([*command, *map(str, sources)], REPOSITORY)
    assert (done.returncode == 0) == (done.stderr == ""), done.stderr
    return done.stderr
