"""The flags of ``cloformer-export`` that targets declare, as parameters of the command."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from cloformer.export.request.registry import TARGETS
from cloformer.export.target_options import Flag, flag_name, flags_of
from cloformer.export.target_spec import TargetSpec


def with_target_flags(panel: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Return a decorator that gives a command a parameter for each flag that any target declares.

    The command receives them by keyword; those that were not given are None.
    """

    def decorate(command: Callable[..., int]) -> Callable[..., int]:
        own = inspect.signature(command, eval_str=True)
        kept = [each for each in own.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
        parameters = [_parameter(name, panel) for name in _flag_names()]
        signature = own.replace(parameters=[*kept, *parameters])
        command.__signature__ = signature  # type: ignore[attr-defined]
        command.__annotations__ |= {each.name: each.annotation for each in parameters}
        return command

    return decorate


def given_flags(values: dict[str, Any]) -> dict[str, Any]:
    """Return the flags that were given."""
    return {name: value for name, value in values.items() if value is not None}


def _flag_names() -> list[str]:
    return list(dict.fromkeys(name for spec in TARGETS.values() for name in flags_of(spec.options)))


def _parameter(name: str, panel: str) -> inspect.Parameter:
    owners = [spec for spec in TARGETS.values() if name in flags_of(spec.options)]
    field, shown = flags_of(owners[0].options)[name]
    kind = type(field.default)
    option = typer.Option(flag_name(name), help=_help(owners, shown, field.default), rich_help_panel=panel)
    annotation = Annotated[kind | None, option]  # type: ignore[valid-type]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _help(owners: list[TargetSpec], shown: Flag, default: object) -> str:
    titles = ", ".join(spec.title for spec in owners)
    choices = f" One of {', '.join(map(str, shown.choices))}." if shown.choices else ""
    default_text = "" if default is False else f" Default: {default}."
    return f"{titles}: {shown.help}{choices}{default_text}"
