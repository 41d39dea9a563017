"""The declaration of a runtime as data, so that a bad request is rejected before any heavy import."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RuntimeSpec:
    """A runtime, as its folder declares it.

    Attributes:
        title: the runtime's name in tables.
        suffixes: the suffixes of the artifacts that it runs.
        module: the module with its session, relative to ``cloformer.runtimes``.
        session: the name of the session class, or of a function that opens a session.
        package: the package that must be installed.
        systems: the values of ``sys.platform`` on which the runtime exists; empty if it exists everywhere.
        backend: the ``--backend`` that selects this runtime if it substitutes for another and both can run.
        extra: the pip extra that installs the package; None if the base installation does.
        folders: whether its artifacts are folders.
        backends: the backends that a benchmark measures separately; empty if there is only one.
        exported: whether its files come from ``cloformer-export``; False for checkpoints.
        phone_backends: the backends of its artifacts that only run on a phone.
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
    exported: bool = True
    phone_backends: tuple[str, ...] = ()

    def suffix_of(self, file_name: str) -> str:
        """Return the longest of the runtime's suffixes that ``file_name`` ends with, or an empty string."""
        return max((suffix for suffix in self.suffixes if file_name.endswith(suffix)), key=len, default="")
