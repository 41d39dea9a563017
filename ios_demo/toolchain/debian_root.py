"""A Debian 13 root folder with Swift in it, made once and kept in the user's cache.

Debian 12 has no Swift and no other package registry has one: Debian 13's packages, unpacked beside this system with
mmdebstrap, bring their own C library. Everything is checked by apt against Debian's keys.
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
"""Within the root: the headers of ONNX Runtime's C API, which no Python package has."""

HOME_VARIABLE = "CLOFORMER_SWIFT_HOME"
"""Environment variable that names another folder than the user's cache."""

_PACKAGES = ("swiftlang", "libc6-dev", "libstdc++-14-dev", "g++", "git", "ca-certificates")
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_UNUSED = (  # a third of the 2.7 GB: debugger, language servers, documentation, static libraries
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
_HEADERS_HOOK = (  # the headers alone: the library is the Python package's
    'chroot "$1" sh -c "cd /tmp && apt-get download libonnxruntime-dev'
    ' && dpkg-deb --extract libonnxruntime-dev_*.deb / && rm libonnxruntime-dev_*.deb"'
)
_TRANSPORT_SETTINGS = ("Acquire::http", "Acquire::https", "Acquire::Check", "Acquire::Retries")
_PARTIAL = "partial-"


class ToolchainMissingError(Exception):
    """There is no Swift here and this process cannot get one; the message says why and what would help."""


def root_folder() -> Path:
    """Return where the root is, or would be: its name changes with the recipe."""
    recipe = hashlib.sha256(repr((SUITE, SWIFT_VERSION, _PACKAGES, _UNUSED, _HEADERS_HOOK)).encode()).hexdigest()[:12]
    return _home() / f"{SUITE}-{recipe}"


def why_not_here() -> str | None:
    """Return why this process can neither make nor enter such a root; None where it can."""
    if platform.system() != "Linux":
        return f"this is {platform.system()}: install Swift 6 (on a Mac, Xcode 16 or newer)"
    if os.geteuid() != 0:
        return "only root can enter a Debian root: install Swift 6 yourself (swift.org), or run as root in a container"
    if shutil.which("apt-get") is None or not _KEYRING.is_file():
        return "this is not Debian: install Swift 6 yourself (swift.org)"
    return None


def make_root() -> Path:
    """Make the root where it is not there yet, and return it. Takes two minutes and 1.9 GB.

    Raises:
        ToolchainMissingError: this process cannot, or apt failed.
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

    The folders ``visible`` are there at their own paths. The mounts are in a namespace that ends with the command.
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
        *("unshare", "--mount"),  # an interrupted run leaves nothing mounted below a folder that the next one removes
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
    """Return how this machine's apt reaches its mirrors: mmdebstrap does not read that."""
    lines = _run(["apt-config", "dump"]).splitlines()
    return [line.rstrip(";") for line in lines if line.startswith(_TRANSPORT_SETTINGS) and not line.endswith('"";')]


def _check_version(root: Path) -> None:
    found = _run(["chroot", str(root), "dpkg-query", "-W", "-f", "${Version}", "swiftlang"])
    if not found.startswith(SWIFT_VERSION):
        raise ToolchainMissingError(
            f"Debian {SUITE} has Swift {found} now, and this project is tested with {SWIFT_VERSION}"
        )


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no message"]
        raise ToolchainMissingError(f"{command[0]} failed: {' / '.join(lines[-3:])}")
    return done.stdout
