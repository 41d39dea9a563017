"""Run tests on the JVM: ``python -m toolchain.junit REPORTS --tests TESTS.jar --classpath A.jar B.jar``.

This writes the JUnit XML of every test into ``REPORTS``; if a test fails, the exit code is 1.
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

from .failures import SHORT_JAVA, exit_with, run
from .packages import jars


def run_tests(reports: Path, tests: Path, classpath: list[Path], properties: dict[str, str]) -> str:
    """Run every test class in the jar ``tests`` and return the summary.

    Raises:
        ToolchainError: a test failed, or there were no tests.
    """
    shutil.rmtree(reports, ignore_errors=True)
    settings = [f"-D{name}={value}" for name, value in properties.items()]
    return run(
        [
            *SHORT_JAVA,
            "--add-opens=java.base/java.io=ALL-UNNAMED",  # Robolectric uses the JDK's file descriptors
            *settings,
            *("-cp", os.pathsep.join(map(str, [tests, *classpath])), "org.junit.platform.console.ConsoleLauncher"),
            *("execute", "--disable-banner", "--fail-if-no-tests", "--details=summary"),
            *(f"--scan-classpath={tests}", "--include-classname=.*Test", f"--reports-dir={reports}"),
        ],
        environment={**os.environ, "ORT_DISABLE_TELEMETRY": "1"},
    )


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path)
    parser.add_argument("--tests", type=Path, required=True)
    parser.add_argument("--packages", type=Path, default=Path("build/packages.json"))
    parser.add_argument("--with", dest="sections", nargs="*", default=[], help="sections of packages.toml")
    parser.add_argument("--classpath", type=Path, nargs="*", default=[])
    parser.add_argument("--property", dest="properties", action="append", default=[], help="NAME=VALUE")
    given = parser.parse_args()
    classpath = [*given.classpath, *jars(given.packages, *given.sections)]
    print(run_tests(given.reports, given.tests, classpath, dict(item.split("=", 1) for item in given.properties)))


if __name__ == "__main__":
    exit_with(_main)
