"""The Swift toolchain's set-up: where it refuses, what it asks apt for, and that nothing half-made is used."""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from ios_demo.toolchain import __main__ as command_line
from ios_demo.toolchain import debian_root, swift
from ios_demo.toolchain.debian_root import HOME_VARIABLE, ToolchainMissingError, make_root, root_folder

_MIRROR = "http://mirror.example/debian/"


class FakeApt:
    """Answers for the commands that would take minutes; keeps what was asked."""

    def __init__(self, version: str = "6.0.3-2", mirrors: str = _MIRROR, fails: bool = False) -> None:
        self.commands: list[list[str]] = []
        self._answers = {
            "apt-get": mirrors,
            "apt-config": 'Acquire::http::Proxy "http://proxy:1";\n',
            "chroot": version,
        }
        self._fails = fails

    def __call__(self, command: list[str]) -> str:
        self.commands.append(command)
        if "mmdebstrap" in command:
            target = Path(command[-2])
            target.mkdir()
            (target / "half").write_text("", "utf-8")
            if self._fails:
                raise ToolchainMissingError("mmdebstrap failed: no network")
        return self._answers.get(command[0], "")


@pytest.fixture(autouse=True)
def debian(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Debian system on which this process is root, and a home of the test's own."""
    keyring = tmp_path / "keyring.gpg"
    keyring.write_text("", "utf-8")
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.setattr(debian_root, "_KEYRING", keyring)
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(debian_root.os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "swift" else f"/usr/bin/{name}")


def _use(monkeypatch: pytest.MonkeyPatch, apt: FakeApt) -> FakeApt:
    monkeypatch.setattr(debian_root, "_run", apt)
    return apt


def test_a_root_is_made_once_from_the_machines_own_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    apt = _use(monkeypatch, FakeApt())
    root = make_root()
    assert root == root_folder() and root.is_dir()
    (made,) = [command for command in apt.commands if "mmdebstrap" in command]
    assert made[-1].endswith(f"] {_MIRROR} trixie main") and "signed-by=" in made[-1]
    assert '--aptopt=Acquire::http::Proxy "http://proxy:1"' in made
    asked = len(apt.commands)
    assert make_root() == root and len(apt.commands) == asked


def test_an_interrupted_root_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, FakeApt(fails=True))
    with pytest.raises(ToolchainMissingError, match="no network"):
        make_root()
    assert not root_folder().exists()
    _use(monkeypatch, FakeApt())
    assert make_root().is_dir()
    assert [path.name for path in root_folder().parent.iterdir() if path.is_dir()] == [root_folder().name]


def test_another_version_of_swift_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, FakeApt(version="6.2.1-1"))
    with pytest.raises(ToolchainMissingError, match=r"Swift 6\.2\.1-1 now"):
        make_root()
    assert not root_folder().exists()


def test_without_a_debian_mirror_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, FakeApt(mirrors=""))
    with pytest.raises(ToolchainMissingError, match="apt-get update"):
        make_root()


@pytest.mark.parametrize(
    ("module", "name", "value", "reason"),
    [
        (platform, "system", lambda: "Darwin", "Xcode 16"),
        (debian_root.os, "geteuid", lambda: 1000, "only root"),
        (shutil, "which", lambda name: None, "not Debian"),
    ],
)
def test_where_it_cannot_be_it_says_why(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    module: object,
    name: str,
    value: object,
    reason: str,
) -> None:
    monkeypatch.setattr(module, name, value)
    with pytest.raises(ToolchainMissingError, match=reason):
        make_root()
    monkeypatch.setattr("sys.argv", ["toolchain", "setup"])
    assert command_line.main() == 3
    assert reason in capsys.readouterr().err


def test_a_missing_root_names_the_command_that_makes_it() -> None:
    with pytest.raises(ToolchainMissingError, match=r"ios_demo\.toolchain setup"):
        swift.find_swift()


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("Swift version 6.1.2 (swift-6.1.2-RELEASE)", (6, 1)),
        ("swift-driver version: 1.115 Apple Swift version 6.0.3 (swiftlang-6.0.3.1.10)", (6, 0)),
        ("something else", (0, 0)),
    ],
)
def test_an_installed_version_is_read(monkeypatch: pytest.MonkeyPatch, said: str, version: tuple[int, int]) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, stdout=said))
    assert swift._installed_version() == version


def test_missing_headers_are_reported(tmp_path: Path) -> None:
    with pytest.raises(ToolchainMissingError, match="libonnxruntime-dev"):
        swift.onnx_runtime_environment(swift.Swift(tmp_path), tmp_path / "onnxruntime")
