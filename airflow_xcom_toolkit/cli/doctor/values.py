"""The check ``values``: a value of each type there and back, in its row and offloaded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from time import perf_counter
from types import SimpleNamespace
from typing import Any

from ...errors import UnsupportedTypeError, XComToolkitError
from ...streams import ByteSink
from .. import words
from .finding import Finding, failed, first_line, import_said, named, ok, skipped, warning
from .here import Here
from .samples import families
from .store import opened

ROW, OFFLOADED = "in the row", "offloaded"


def check(here: Here) -> Iterator[Finding]:
    ways = [(ROW, here.variant(threshold=-1, mask_decrypted=False))]
    if here.settings.path and here.can_offload:
        here.space.clear_folders(opened(here.settings.path))
        ways.append((OFFLOADED, here.variant(threshold=0, mask_decrypted=False)))
    else:
        yield skipped(_why_not(here))
    for way, backend in ways:
        yield from _way(here, way, backend)


def _way(here: Here, way: str, backend: Any) -> Iterator[Finding]:
    if problem := _problem(here, backend, "probe", [b"a" * 3000, {1: "b"}]):
        yield _wrong("No value is kept", way, problem)
        return
    for family, make in families().items():
        yield from _family(here, family, make, way, backend)


def _why_not(here: Here) -> str:
    why = "there is no path" if here.can_offload else f"{here.backend.__name__} keeps every value in its row"
    return f"No value is offloaded: {why}."


def _family(here: Here, family: str, make: Callable[[], dict[str, Any]], way: str, backend: Any) -> Iterator[Finding]:
    """In its row each value by itself; offloaded all at once, and by themselves only to find the one that fails."""
    try:
        found = make()
    except Exception as e:
        yield failed(f"{family} cannot be tried: {import_said(e)}", "Install versions that go together: see versions.")
        return
    start = perf_counter()
    wrong: dict[str, Exception | str] = {}
    if way == ROW or _problem(here, backend, family, found):
        problems = {name: _problem(here, backend, f"{family} {name}", value) for name, value in found.items()}
        wrong = {name: problem for name, problem in problems.items() if problem}
    yield from (_wrong(f"{family}: {name}", way, problem) for name, problem in wrong.items())
    if kept := [name for name in found if name not in wrong]:
        taken = perf_counter() - start
        text = f"{words.count(len(kept), 'type')} of {family}, {way}, came back equal in {words.seconds(taken)}."
        yield ok(text, family=family, way=way, types=kept, seconds=taken)


def _wrong(what: str, way: str, problem: Exception | str) -> Finding:
    if isinstance(problem, UnsupportedTypeError):
        return warning(f"{what}, {way}: it is refused at push.", problem.reason)
    if isinstance(problem, str):
        return failed(f"{what}, {way}: it {problem}.", "Do not push such values until this is understood; report it.")
    told = f"{type(problem).__name__}: {first_line(problem)}" if _is_told(problem) else named(problem)
    return failed(f"{what}, {way}: it fails with {told}", "The other checks say more: options, keys, store, versions.")


def _is_told(problem: Exception) -> bool:
    return isinstance(problem, XComToolkitError)


def _problem(here: Here, backend: Any, name: str, value: Any) -> Exception | str | None:
    """What is wrong with the way of a value, if something is. Its object is removed."""
    try:
        return _there_and_back(here, backend, name, value)
    except Exception as e:
        return e


def _there_and_back(here: Here, backend: Any, name: str, value: Any) -> str | None:
    at = here.space.at(name)
    row = backend.serialize_value(
        value, key=at.key, task_id=at.task_id, dag_id=at.dag_id, run_id=at.run_id, map_index=at.map_index
    )
    here.space.keep(f"the object of {name}", lambda: backend.purge(SimpleNamespace(value=row)))
    try:
        pulled = backend.load_row(json.loads(json.dumps(row, allow_nan=False)), at)
    finally:
        here.space.drop(f"the object of {name}")
    return None if same(here, value, pulled) else "came back changed"


def same(here: Here, value: Any, pulled: Any) -> bool:
    """Of one type, and equal in all that the handlers keep; what is behind a missing element is nothing of a value."""
    if type(value) is not type(pulled):
        return False
    return _kept(here, value) == _kept(here, pulled) or (hasattr(value, "equals") and bool(value.equals(pulled)))


def _kept(here: Here, value: Any) -> tuple[str, bytes]:
    from ...handlers.tree import TreeDumper

    tree = TreeDumper(here.pipeline.handlers, here.pipeline.context).dump(value)
    sink = ByteSink()
    tree.write(sink)
    return tree.text(), bytes(sink.data)
