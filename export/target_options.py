"""The options that only some targets have: each is declared once, as a field that is also a flag of the command."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from typing import Any

from cloformer.model import UsageError

_FLAG = "flag"


@dataclass(frozen=True)
class Flag:
    """How the command line presents an option.

    Attributes:
        help: what it does, in a sentence.
        choices: the values that it accepts; empty if it accepts any value of its type.
    """

    help: str
    choices: tuple[object, ...] = ()


def flag(default: Any, help: str, choices: tuple[object, ...] = ()) -> Any:  # noqa: ANN401 - as dataclasses.field
    """Declare an option of a target: a dataclass field that ``cloformer-export`` also offers as a flag."""
    return field(default=default, metadata={_FLAG: Flag(help, choices)})


def flags_of(options: type[TargetOptions]) -> dict[str, tuple[Field[Any], Flag]]:
    """Return the flags of a target's options by the name of their field."""
    return {each.name: (each, each.metadata[_FLAG]) for each in fields(options) if _FLAG in each.metadata}


def flag_name(field_name: str) -> str:
    """Return the flag for a field, such as ``--dynamic-batch``."""
    return f"--{field_name.replace('_', '-')}"


@dataclass(frozen=True)
class TargetOptions:
    """The options of a target that has none; other targets subclass this, and override what applies to them.

    Raises:
        UsageError: a value is not among the choices of its flag.
    """

    def __post_init__(self) -> None:
        for name, (_, shown) in flags_of(type(self)).items():
            value = getattr(self, name)
            if shown.choices and value not in shown.choices:
                choices = ", ".join(map(str, shown.choices))
                raise UsageError(f"{flag_name(name)} cannot be {value}", f"choose one of {choices}")

    @classmethod
    def variations(cls, precision: str) -> tuple[TargetOptions, ...]:  # noqa: ARG003 - for targets that override it
        """Return the options that make different artifacts of one precision, such as one for each backend."""
        return (cls(),)

    @property
    def backend_name(self) -> str | None:
        """Who executes the artifact inside its runtime, for targets that are made for one of several."""
        return None

    @property
    def soc_name(self) -> str | None:
        """The SoC that the artifact is compiled for, for targets that compile."""
        return None

    @property
    def open_batch(self) -> bool:
        """Whether the artifact takes batches of any size."""
        return False

    @property
    def decodes_boxes(self) -> bool:
        """Whether a detector's boxes are decoded and suppressed inside the artifact."""
        return False

    def check_precision(self, precision: str) -> None:
        """Refuse a precision that these options rule out.

        Raises:
            UsageError: says what to change.
        """

    @property
    def compute_units_wanted(self) -> str | None:
        """Which of Core ML's compute units an app should ask for; None for other targets."""
        return None
