"""A Debian 13 root folder with Swift, made once and kept in the user's cache.

Neither Debian 12 nor any other package registry has Swift. Debian 13's packages, unpacked next to this system with
mmdebstrap, come with their own C library. apt checks everything against Debian's keys.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
from pathlib import Path

from filelock import FileLock

SUITE = "trixie"
SWIFT_VERSION = "6.0.3"
ONNX_RUNTIME_HEADERS = Path("usr/include/onnxruntime")
"""The folder, within the root, of the headers of ONNX Runtime's C API, which no Python package contains."""

HOME_VARIABLE = "CLOFORMER_SWIFT_HOME"
"""The environment variable that selects a folder other than the user's cache."""

_PACKAGES = ("swiftlang", "libc6-dev", "libstdc++-14-dev", "g++", "git", "ca-certificates")
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_UNUSED = (  # a third of the 2.7 GB is unused: debugger, language servers, documentation, static libraries
    "/usr/share/doc/*",
    "/usr/share/man/*",
    "/usr/share/locale/*",
    "/usr/libexec/swift/lib/swift_static/*",
    "/usr/libexec/swift/lib/liblldb*",
    "/usr/libexec/swift/bin/lldb*",
    "/usr/libexec/swift/bin/clangd*",
    "/usr/libexec/swift/bin/docc*",
    "/usr/libexec/swift/bin/sourcekit-lsp*",
)
_HEADERS_HOOK = (  # only the headers: the library comes from the Python package
    'chroot "$1" sh -c "cd /tmp && apt-get download libonnxruntime-dev'
    ' && dpkg-deb --extract libonnxruntime-dev_*.deb / && rm libonnxruntime-dev_*.deb"'
)
_TRANSPORT_SETTINGS = ("Acquire::http", "Acquire::https", "Acquire::Check", "Acquire::Retries")
_PARTIAL = "partial-"


class ToolchainMissingError(Exception):
    """Swift is not installed and this process cannot set it up; the message says why and what would help."""


def root_folder() -> Path:
    """Return the path of the root, whether it exists or not; its name depends on the recipe."""
    recipe = hashlib.sha256(repr((SUITE, SWIFT_VERSION, _PACKAGES, _UNUSED, _HEADERS_HOOK)).encode()).hexdigest()[:12]
    return _home() / f"{SUITE}-{recipe}"


def why_not_here() -> str | None:
    """Return why this process can neither make nor enter such a root, or None if it can."""
    if platform.system() != "Linux":
        return f"this is {platform.system()}: install Swift 6 (on a Mac, Xcode 16 or newer)"
    if os.geteuid() != 0:
        return "only root can enter a Debian root: install Swift 6 yourself (swift.org), or run as root in a container"
    if shutil.which("apt-get") is None or not _KEYRING.is_file():
        return "this is not Debian: install Swift 6 yourself (swift.org)"
    return None


def make_root() -> Path:
    """Return the root, after making it if it does not exist, which takes two minutes and 1.9 GB.

    Raises:
        ToolchainMissingError: this process cannot make it, or apt failed.
    """
    reason = why_not_here()
    if reason:
        raise ToolchainMissingError(reason)
    root = root_folder()
    root.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(root.parent / ".lock"):
        if not root.is_dir():
            for left_over in root.parent.glob(f"{_PARTIAL}*"):
                shutil.rmtree(left_over)
            unfinished = root.with_name(f"{_PARTIAL}{root.name}")
            _install_mmdebstrap()
            _run(_mmdebstrap_command(unfinished))
            _check_version(unfinished)
            unfinished.rename(root)
    return root


def command_inside(
    root: Path, folder: Path, visible: list[Path], environment: dict[str, str], command: list[str]
) -> list[str]:
    """Return the command that runs ``command`` in ``folder``, inside ``root``.

    The folders ``visible`` are mounted at their own paths, in a namespace that ends with the command.
    """
    binds = [f'mkdir -p "{root}{path}" && mount --bind "{path}" "{root}{path}"' for path in visible]
    script = " && ".join(
        [f'mount -t proc proc "{root}/proc"', f'mount --rbind /dev "{root}/dev"', *binds, f'exec chroot "{root}" "$@"']
    )
    variables = [f"{name}={value}" for name, value in {"HOME": "/root", "PATH": "/usr/bin:/bin", **environment}.items()]
    enter = ["sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", str(folder)]
    return ["unshare", "--mount", "--fork", "sh", "-c", script, "sh", "env", "-i", *variables, *enter, *command]


def _home() -> Path:
    if HOME_VARIABLE in os.environ:
        return Path(os.environ[HOME_VARIABLE]).absolute()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "cloformer" / "swift"


def _install_mmdebstrap() -> None:
    if shutil.which("mmdebstrap") is None:
        _run(["apt-get", "update", "-qq"])
        _run(["apt-get", "install", "-qq", "-y", "--no-install-recommends", "mmdebstrap"])


def _mmdebstrap_command(root: Path) -> list[str]:
    return [
        *("unshare", "--mount"),  # so an interrupted run leaves nothing mounted in a folder that the next run removes
        "mmdebstrap",
        "--mode=root",
        "--variant=minbase",
        f"--include={','.join(_PACKAGES)}",
        *(f"--aptopt={setting}" for setting in ('Acquire::Languages "none"', *_transport_settings())),
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in _UNUSED),
        f"--customize-hook={_HEADERS_HOOK}",
        SUITE,
        str(root),
        f"deb [signed-by={_KEYRING}] {_configured_mirror()} {SUITE} main",
    ]


def _configured_mirror() -> str:
    """Return the Debian mirror that this machine's apt uses."""
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Label: Debian"]
    mirrors = _run(asked).split()
    if not mirrors:
        raise ToolchainMissingError("apt knows no Debian mirror on this machine: run apt-get update first")
    return mirrors[0]


def _transport_settings() -> list[str]:
    """Return the settings with which this machine's apt reaches its mirrors, because mmdebstrap does not read them."""
    lines = _run(["apt-config", "dump"]).splitlines()
    return [line.rstrip(";") for line in lines if line.startswith(_TRANSPORT_SETTINGS) and not line.endswith('"";')]


def _check_version(root: Path) -> None:
    found = _run(["chroot", str(root), "dpkg-query", "-W", "-f", "${Version}", "swiftlang"])
    if not found.startswith(SWIFT_VERSION):
        raise ToolchainMissingError(
            f"Debian {SUITE} has Swift {found} now, but this project is tested with {SWIFT_VERSION}"
        )


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no message"]
        raise ToolchainMissingError(f"{command[0]} failed: {' / '.join(lines[-3:])}")
    return done.stdout
