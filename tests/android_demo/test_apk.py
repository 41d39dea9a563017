"""The signed app, examined with Android's own tools and byte by byte."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import zipfile
from pathlib import Path

from .conftest import BUILD
from .elf_file import read_elf

PAGE = 16 * 1024
ABIS = {"arm64-v8a", "x86_64"}
LIBRARIES = {"libonnxruntime.so", "libonnxruntime4j_jni.so", "libexecutorch.so", "libfbjni.so", "libc++_shared.so"}

SYSTEM_LIBRARIES = {"libc.so", "libm.so", "libdl.so", "liblog.so", "libandroid.so"}
"""Android's own, which every app may load."""

ACTIVITIES = {
    "org.cloformer.demo.MainActivity": True,
    "org.cloformer.demo.camera.CameraActivity": False,
    "org.cloformer.demo.photo.PhotoActivity": False,
    "org.cloformer.demo.benchmark.BenchmarkActivity": False,
    "org.cloformer.demo.selftest.SelfTestActivity": False,
    "org.cloformer.demo.headless.HeadlessActivity": True,
}
"""Which are exported."""


def tool(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def native_libraries(apk: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(apk) as packed:
        return {name: packed.read(name) for name in packed.namelist() if name.endswith(".so")}


def data_offset(apk: Path, entry: zipfile.ZipInfo) -> int:
    with apk.open("rb") as file:
        file.seek(entry.header_offset + 26)
        name, extra = struct.unpack("<HH", file.read(4))
    return entry.header_offset + 30 + int(name) + int(extra)


def test_the_signature_verifies(apk: Path) -> None:
    printed = tool("apksigner", "verify", "--verbose", "--min-sdk-version", "26", apk)
    assert "Verified using v2 scheme (APK Signature Scheme v2): true" in printed
    assert "Verified using v3 scheme (APK Signature Scheme v3): true" in printed


def test_a_changed_byte_breaks_the_signature(apk: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.apk"
    contents = bytearray(apk.read_bytes())
    contents[len(contents) // 2] ^= 1
    changed.write_bytes(contents)
    ended = subprocess.run(["apksigner", "verify", changed], capture_output=True, text=True, check=False)
    assert ended.returncode != 0


def test_everything_uncompressed_is_aligned(apk: Path) -> None:
    tool("zipalign", "-c", "-p", "4", apk)
    with zipfile.ZipFile(apk) as packed:
        stored = [entry for entry in packed.infolist() if entry.compress_type == zipfile.ZIP_STORED]
    assert {Path(entry.filename).suffix for entry in stored} >= {".so", ".onnx", ".pte"}
    for entry in stored:
        alignment = PAGE if entry.filename.endswith(".so") else 4
        assert data_offset(apk, entry) % alignment == 0, entry.filename


def test_both_engines_are_there_for_both_abis(apk: Path) -> None:
    assert set(native_libraries(apk)) == {f"lib/{abi}/{name}" for abi in ABIS for name in LIBRARIES}


def test_native_libraries_fit_their_abi_and_16_kb_pages(apk: Path) -> None:
    for name, contents in native_libraries(apk).items():
        elf = read_elf(contents)
        assert elf.abi == name.split("/")[1]
        assert min(elf.alignments) >= PAGE, name
        assert set(elf.needed) <= LIBRARIES | SYSTEM_LIBRARIES, name


def test_no_call_needs_what_android_lacks(apk: Path, tmp_path: Path) -> None:
    """``invoke-custom`` would ask Android for Java's LambdaMetafactory, and crash."""
    with zipfile.ZipFile(apk) as packed:
        for name in packed.namelist():
            if name.endswith(".dex"):
                packed.extract(name, tmp_path)
    dexes = list(tmp_path.glob("*.dex"))
    assert dexes
    for dex in dexes:
        disassembled = tool("dexdump", "-d", dex)
        assert "Lorg/cloformer/demo/MainActivity;" in disassembled
        assert disassembled.count("invoke-custom") == 0


def test_the_manifest_asks_for_the_camera_and_nothing_else(apk: Path) -> None:
    badging = tool("aapt2", "dump", "badging", apk)
    assert re.findall(r"uses-permission: name='(.*?)'", badging) == ["android.permission.CAMERA"]
    assert "package: name='org.cloformer.demo'" in badging
    assert "sdkVersion:'26'" in badging and "targetSdkVersion:'36'" in badging
    assert "launchable-activity: name='org.cloformer.demo.MainActivity'" in badging
    assert "native-code: 'arm64-v8a' 'x86_64'" in badging
    assert "application-debuggable" not in badging
    assert "uses-feature-not-required: name='android.hardware.camera.any'" in badging


def test_only_the_first_screen_and_the_guarded_headless_one_can_be_started_from_outside(apk: Path) -> None:
    tree = tool("aapt2", "dump", "xmltree", "--file", "AndroidManifest.xml", apk)
    activities = {}
    for element in re.split(r"E: ", tree):
        name = re.search(r':name\(0x\w+\)="([\w.]+)"', element)
        if element.startswith("activity ") and name:
            activities[re.sub(r"^\.", "org.cloformer.demo.", name.group(1))] = element
    assert set(activities) == set(ACTIVITIES)
    for name, element in activities.items():
        assert (re.search(r":exported\(0x\w+\)=true", element) is not None) == ACTIVITIES[name], name
    assert (
        'permission(0x01010006)="android.permission.DUMP"' in activities["org.cloformer.demo.headless.HeadlessActivity"]
    )


def test_sizes_are_reported_for_each_part(apk: Path) -> None:
    parts = json.loads((BUILD / "sizes.json").read_text("utf-8"))
    assert sum(parts.values()) == apk.stat().st_size
    expected = {"bundles", "app code and the engines' Java API", "resources and signature"}
    expected |= {f"{engine}, {abi}" for engine in ("ONNX Runtime", "ExecuTorch") for abi in ABIS}
    assert set(parts) == expected
    assert all(size > 0 for size in parts.values())


def test_the_packaged_executorch_knows_the_formats_of_the_shipped_program(apk: Path) -> None:
    """Both are versioned by four letters in the file: the program's, and that of XNNPACK's part of it."""
    with zipfile.ZipFile(apk) as packed:
        programs = [packed.read(name) for name in packed.namelist() if name.endswith(".pte")]
    formats = {match for program in programs for match in re.findall(rb"ET1\d|XN\d\d|XH\d\d", program[:200_000])}
    assert {found[:2] for found in formats} == {b"ET", b"XN", b"XH"}
    for name, library in native_libraries(apk).items():
        if name.endswith("libexecutorch.so"):
            assert all(found in library for found in formats), name


def test_the_engines_java_api_fits_their_native_libraries(apk: Path) -> None:
    """Each native method that ONNX Runtime's classes declare must be in the library, or the first call crashes."""
    disassembled = tool("javap", "-private", "-cp", BUILD / "engines/classes/onnxruntime.jar", *_onnxruntime_classes())
    declared = set()
    for block in disassembled.split("Compiled from")[1:]:
        name = re.search(r"(?:class|interface|enum) (ai\.onnxruntime[\w.$]*)", block)
        assert name is not None
        methods = re.findall(r" native .*? (\w+)\(", block)
        declared |= {f"Java_{_mangled(name.group(1))}_{_mangled(method)}" for method in methods}
    assert len(declared) > 50
    for name, library in native_libraries(apk).items():
        if name.endswith("libonnxruntime4j_jni.so"):
            assert [symbol for symbol in sorted(declared) if not _exports(library, symbol)] == []


def _exports(library: bytes, symbol: str) -> bool:
    """A name that is declared twice has its types in its symbol."""
    return symbol.encode() + b"\0" in library or symbol.encode() + b"__" in library


def _onnxruntime_classes() -> list[str]:
    with zipfile.ZipFile(BUILD / "engines/classes/onnxruntime.jar") as jar:
        names = [name.removesuffix(".class") for name in jar.namelist() if name.endswith(".class")]
    return [name.replace("/", ".") for name in names if not name.startswith("ai/onnxruntime/telemetry")]


def _mangled(name: str) -> str:
    return name.replace("_", "_1").replace(".", "_").replace("$", "_00024")
