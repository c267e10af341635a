"""How it is said what a run leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from airflow_xcom_toolkit.comparison import difference

DEFAULT = "default"
TOOLKIT = "toolkit"


@dataclass(frozen=True)
class Expected:
    """What is left of a run of a dag.

    ``tasks``: the state of each task instance, by ``task`` or ``task[0]`` for an instance of a mapped one.
    ``xcoms``: each value, by ``task`` for what it returned, ``task#key`` for another key, ``task[0]#key`` likewise.
    A value, or a part of a list or dict, may be a `Such` where it differs from run to run.
    ``logs``: what is in the log of a task, by ``task``; an error's name for instance.
    ``clear``: the XComs that the toolkit's backend has not encrypted: those that another class pushed, or Airflow.
    ``starts``: False where another dag of the file starts it.
    """

    tasks: Mapping[str, str]
    xcoms: Mapping[str, Any] = field(default_factory=dict)
    run: str = "success"
    logs: Mapping[str, str] = field(default_factory=dict)
    clear: Set[str] = frozenset()
    starts: bool = True


@dataclass(frozen=True)
class Such:
    """Any value of exactly this type for which ``that`` holds."""

    kind: type
    that: Callable[[Any], bool] = lambda value: True

    def __call__(self, value: Any) -> bool:
        return type(value) is self.kind and bool(self.that(value))


def succeeded(*tasks: str) -> dict[str, str]:
    """The state ``success`` for each."""
    return dict.fromkeys(tasks, "success")


def instances(task: str, count: int, state: str = "success") -> dict[str, str]:
    """The same state for each instance of a mapped task."""
    return {f"{task}[{index}]": state for index in range(count)}


def differences(found: Any, expected: Any, path: str = "value") -> Iterator[str]:
    """Where a value is not what is expected, down to types; plain dicts may come back in another order."""
    if isinstance(expected, Such):
        if not expected(found):
            yield f"{path}: {found!r:.200} is no such {expected.kind.__name__}"
    elif type(expected) is dict is type(found) and expected.keys() == found.keys():
        for key in expected:
            yield from differences(found[key], expected[key], f"{path}[{key!r}]")
    elif type(expected) in (list, tuple) and type(expected) is type(found) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(found, expected)):
            yield from differences(one, other, f"{path}[{index}]")
    elif different := difference(found, expected, path, key_order=False):
        yield str(different)
