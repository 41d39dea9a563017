"""Running work in a fresh child process: an order goes in, and a result or a clear failure comes out.

A module that can be run this way ends with ``serve(function)``. It reads the order from standard input and writes the
result to standard output, both as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel

from cloformer.model import CloformerError, ConversionError
from cloformer.model import errors as error_types

Order = TypeVar("Order", bound=BaseModel)
Result = TypeVar("Result", bound=BaseModel)


def run_child(module: str, order: BaseModel, result: type[Result]) -> Result:
    """Run ``python -m module`` on ``order`` and return its result.

    Raises:
        CloformerError: the child raised this error.
        ConversionError: the child crashed.
    """
    done = subprocess.run(
        [sys.executable, "-m", module], input=order.model_dump_json(), capture_output=True, text=True, check=False
    )
    answer = _last_json_line(done.stdout)
    if "result" in answer:
        return result.model_validate(answer["result"])
    if "error" in answer:
        raise getattr(error_types, answer["error"])(answer["problem"], answer["remedy"])
    last = (done.stderr.strip().splitlines() or ["no message"])[-1]
    raise ConversionError(f"the measuring process ended with code {done.returncode}: {last}", "run it again")


def serve(work: Callable[[Order], BaseModel], order: type[Order]) -> None:
    """Run ``work`` on the order from standard input; anything that libraries print goes to standard error."""
    answer_to = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        answer: dict[str, Any] = {"result": work(order.model_validate_json(sys.stdin.read())).model_dump(mode="json")}
    except CloformerError as error:
        answer = {"error": type(error).__name__, "problem": error.problem, "remedy": error.remedy}
    print(json.dumps(answer), file=answer_to, flush=True)


def _last_json_line(text: str) -> dict[str, Any]:
    lines = text.splitlines()
    try:
        answer = json.loads(lines[-1]) if lines else {}
    except json.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}
