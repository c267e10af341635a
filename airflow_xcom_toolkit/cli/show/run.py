"""Runs ``show``."""

from __future__ import annotations

import argparse
from typing import Any

from ...errors import XComToolkitError
from ..console import DONE, WRONG, Consoles, run
from .explaining import STOCK, Explanation, explain, reading_backend
from .finding import Found, find
from .preview import loaded, preview
from .table import shown, to_json


def main(args: argparse.Namespace) -> int:
    """The exit code."""
    return run(args, _work, "Nothing was changed.")


def _work(args: argparse.Namespace, consoles: Consoles) -> int:
    found, backend = find(args), reading_backend()
    explanation = explain(found.row, backend.pipeline())
    checks: dict[str, Any] = {}
    if (args.verify or args.value) and not explanation.problems:
        _open(found, backend, explanation)
    if args.verify and not explanation.problems:
        _verify(found, backend, explanation, checks)
    if args.value and not explanation.problems:
        _load(found, backend, explanation, checks)
    if args.json:
        consoles.json(to_json(found, explanation, checks))
    else:
        consoles.output.print(*shown(found, explanation, checks), sep="\n")
        for problem in explanation.problems:
            consoles.problem(problem)
    return WRONG if explanation.problems else DONE


def _open(found: Found, backend: Any, explanation: Explanation) -> None:
    """What is sealed of an encrypted row. A row that was written for another XCom does not open."""
    if not explanation.encrypted:
        return
    try:
        described = backend.describe_row(found.row, found.at)
    except Exception as e:  # A cipher may be anybody's.
        return explanation.problem(e)
    explanation.type, explanation.summary, explanation.schema = described.type, described.summary, described.schema


def _verify(found: Found, backend: Any, explanation: Explanation, checks: dict[str, Any]) -> None:
    if explanation.writer == STOCK:
        return
    if (explanation.body is None or explanation.body["in"] == "row") and not explanation.encrypted:
        explanation.notes.append("All of it is in its row: there is no object to verify.")
        return
    try:
        with backend.open_row(found.row, found.at) as body:
            while body.read(1 << 20):
                pass
    except XComToolkitError as e:
        return explanation.problem(e)
    checks["verified"] = True


def _load(found: Found, backend: Any, explanation: Explanation, checks: dict[str, Any]) -> None:
    try:
        value = loaded(backend, found.row, found.at, explanation.summary or {})
        checks["value_type"] = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
        checks["value"] = preview(value)
    except MemoryError:
        raise
    except Exception as e:  # A class that the value names may raise anything.
        explanation.problem(e)
