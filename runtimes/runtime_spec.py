"""What a runtime declares about itself as data, so that a wrong request is refused before any heavy import."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RuntimeSpec:
    """A runtime.

    Attributes:
        title: its name in tables.
        suffixes: those of the artifacts that it runs.
        module: the module of ``cloformer.runtimes`` with its session.
        session: the session's class, or a function that opens one.
        package: what must be installed.
        systems: where it exists, as ``sys.platform`` names them; empty where it exists everywhere.
        backend: for a runtime that stands in for another: the ``--backend`` that asks for it where both run.
        extra: the pip extra that brings the package; None where the base installation does.
        folders: whether its artifacts are folders.
        backends: the backends that a benchmark measures apart; empty where there is one.
        phone_backends: backends of its artifacts that only a phone executes.
    """

    title: str
    suffixes: tuple[str, ...]
    module: str
    session: str
    package: str
    systems: tuple[str, ...] = ()
    backend: str | None = None
    extra: str | None = None
    folders: bool = False
    backends: tuple[str, ...] = ()
    phone_backends: tuple[str, ...] = ()

    def suffix_of(self, file_name: str) -> str:
        """Return the longest of its suffixes that ``file_name`` ends in; empty where it ends in none."""
        return max((suffix for suffix in self.suffixes if file_name.endswith(suffix)), key=len, default="")
