"""Missing tools are reported at once, with the command that installs them."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess

import pytest

from cloformer.benchmarks.arm64.host_tools import find_host_tools, install_host_tools
from cloformer.model import MissingPackageError

INSTALL = "apt-get update && apt-get install -y --no-install-recommends qemu-user g++-aarch64-linux-gnu gcc libc6-dev"

OUTPUTS = {
    ("qemu-aarch64", "--version"): "qemu-aarch64 version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\nCopyright\n",
    ("qemu-aarch64", "--help"): "-strace\n-plugin   QEMU_PLUGIN   [file=]<file>\n",
    ("aarch64-linux-gnu-g++", "--version"): "aarch64-linux-gnu-g++ (Debian 12.2.0-14) 12.2.0\nCopyright\n",
}


class Host:
    """A fake machine, with its commands and what they print."""

    def __init__(self) -> None:
        self.missing: set[str] = set()
        self.outputs = dict(OUTPUTS)
        self.shell: list[str] = []
        self.shell_result = 0


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    made_up = Host()

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        if command[0] == "sh":
            made_up.shell.append(command[2])
            made_up.missing.clear()
            return subprocess.CompletedProcess(command, made_up.shell_result, "", "E: no network\n")
        return subprocess.CompletedProcess(command, 0, made_up.outputs[command[0], command[1]], "")

    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(shutil, "which", lambda name: None if name in made_up.missing else f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return made_up


def test_all_is_there(host: Host) -> None:
    tools = find_host_tools()
    assert tools.qemu_version == "7.2.22"
    assert "12.2.0" in tools.compiler_version


@pytest.mark.parametrize("missing", ["qemu-aarch64", "aarch64-linux-gnu-g++", "gcc"])
def test_a_missing_tool(missing: str, host: Host) -> None:
    host.missing = {missing}
    with pytest.raises(MissingPackageError, match=f"not installed: {missing}") as failure:
        find_host_tools()
    assert failure.value.remedy == f"as root: {INSTALL}"


@pytest.mark.parametrize(("system", "machine"), [("Darwin", "arm64"), ("Linux", "aarch64"), ("Windows", "AMD64")])
def test_another_system(system: str, machine: str, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    with pytest.raises(MissingPackageError, match=f"this is {system} {machine}") as failure:
        find_host_tools()
    assert "Debian 12" in failure.value.remedy


@pytest.mark.parametrize("version", ["10.0.13", "9.2.0", "5.2.0"])
def test_an_emulator_with_another_plugin_interface(version: str, host: Host) -> None:
    host.outputs["qemu-aarch64", "--version"] = f"qemu-aarch64 version {version} (Debian)\n"
    with pytest.raises(MissingPackageError, match="plugin interface") as failure:
        find_host_tools()
    assert "7.2 to 8.2" in failure.value.remedy


def test_an_emulator_without_plugins(host: Host) -> None:
    host.outputs["qemu-aarch64", "--help"] = "-strace\n"
    with pytest.raises(MissingPackageError, match="without plugins") as failure:
        find_host_tools()
    assert "qemu-user" in failure.value.remedy


def test_root_on_debian_installs_what_is_missing(host: Host) -> None:
    host.missing = {"qemu-aarch64"}
    install_host_tools()
    assert host.shell == [INSTALL]


def test_nothing_is_installed_where_nothing_is_missing(host: Host) -> None:
    install_host_tools()
    assert host.shell == []


def test_others_than_root_are_told_what_to_run(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    host.missing = {"qemu-aarch64"}
    install_host_tools()
    assert host.shell == []
    with pytest.raises(MissingPackageError, match="not installed: qemu-aarch64"):
        find_host_tools()


def test_a_package_manager_that_fails(host: Host) -> None:
    host.missing, host.shell_result = {"gcc"}, 100
    with pytest.raises(MissingPackageError, match="apt-get failed: E: no network"):
        install_host_tools()
