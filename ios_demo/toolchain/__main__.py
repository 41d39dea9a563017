"""The command ``python -m ios_demo.toolchain``, which sets up Swift, builds CloFormerKit, or runs a Swift command."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .debian_root import ToolchainMissingError, make_root
from .swift import PACKAGE, build_package, find_swift, onnx_runtime_environment

_MISSING = 3
"""The project's exit code for a missing tool."""


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m ios_demo.toolchain", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="set up a toolchain if none is installed: as root on Debian, takes 2 minutes")
    commands.add_parser("build", help="build the package and its tests, for the project's tests to run")
    run = commands.add_parser("run", help="run a command of the toolchain in this folder, with access to ONNX Runtime")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="the command, such as: swift test")
    given = parser.parse_args()
    try:
        if given.command == "setup":
            return _set_up()
        swift = find_swift()
        folder = PACKAGE if given.command == "build" else Path.cwd()
        environment = onnx_runtime_environment(swift, folder / ".build" / "onnxruntime")
        if given.command == "build":
            done = build_package(swift, environment)
        else:
            done = swift.run(given.arguments, folder, **environment)
    except ToolchainMissingError as error:
        print(f"error: {error}", file=sys.stderr)
        return _MISSING
    print(done.stdout, end="")
    print(done.stderr, end="", file=sys.stderr)
    return done.returncode


def _set_up() -> int:
    try:
        swift = find_swift()
    except ToolchainMissingError:
        print("making a Debian root with Swift in it (two minutes)")
        make_root()
        swift = find_swift()
    print(f"Swift is ready: {swift.root or 'the installed one'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
