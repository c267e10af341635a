"""Times every push and pull that Airflow makes in this process, database and API included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from unittest.mock import patch


@dataclass
class Transfer:
    """A value on its way from one task to the next: as pushed, as pulled, in seconds each; or why it was refused."""

    pushed: Any
    push_seconds: float = 0.0
    error: str | None = None
    pulled: Any = None
    pull_seconds: float | None = None


@dataclass
class Recorder:
    """Keeps a `Transfer` for each task that pushes. ``say`` is told what happens next."""

    say: Callable[[str], None]
    transfers: dict[str, Transfer] = field(default_factory=dict)

    @contextmanager
    def recording(self, backend: Any) -> Iterator[None]:
        """Watches ``backend``, the class that Airflow calls, while the block runs."""
        with (
            patch.object(backend, "set", self._watched_set(backend.set)),
            patch.object(backend, "get_one", self._watched_get(backend.get_one, lambda found: found)),
            patch.object(backend, "get_all", self._watched_get(backend.get_all, lambda found: found and found[0])),
        ):
            yield

    def _watched_set(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*, value: Any, task_id: str, **rest: Any) -> None:
            self.say(f"{task_id} pushes")
            transfer = self.transfers[task_id] = Transfer(value)
            start = perf_counter()
            try:
                original(value=value, task_id=task_id, **rest)
            except Exception as e:
                transfer.error = _first_line(e)
                raise
            finally:
                transfer.push_seconds = perf_counter() - start

        return watched

    def _watched_get(self, original: Callable[..., Any], one: Callable[[Any], Any]) -> Callable[..., Any]:
        def watched(*, task_id: str, **rest: Any) -> Any:
            self.say(f"the value of {task_id} is pulled")
            start = perf_counter()
            found = original(task_id=task_id, **rest)
            if transfer := self.transfers.get(task_id):
                transfer.pulled, transfer.pull_seconds = one(found), perf_counter() - start
            return found

        return watched


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
