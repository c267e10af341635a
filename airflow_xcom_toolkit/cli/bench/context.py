"""What a suite has to work with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from . import alone
from .deployment import Deployment
from .measuring import Say, Way, ignore, interleaved
from .options import Options
from .results import Line
from .space import Space

LEAST_FOR_GOALS = 50
"""MB."""


@dataclass(frozen=True)
class Bench:
    """One run. ``say`` tells who waits what is being done."""

    deployment: Deployment
    space: Space
    options: Options
    say: Say = ignore

    def compare(self, work: str, ways: Sequence[Way], repeat: int | None = None, x: float | None = None) -> list[Line]:
        """A line for each way, all measured in turns."""
        return interleaved(work, ways, repeat or self.options.repeat, self.say, x)

    def goal(self, most: float | None) -> float | None:
        """A goal is one of large values: at small sizes, what each call costs prevails."""
        return None if self.options.quick or self.options.megabytes(LEAST_FOR_GOALS) < LEAST_FOR_GOALS else most

    def alone(self, target: str, environment: dict[str, str] | None = None, **arguments: Any) -> Iterator[Any]:
        """What a function of this package yields in a process of its own, which has the same deployment."""
        compiled = {"PYTHONDONTWRITEBYTECODE": ""}  # Or each process compiles anew what has changed.
        where = {"backend": self.options.backend, "path": self.options.path, "run": self.space.run}
        variables = {**self.deployment.environment, **compiled, **(environment or {})}
        return alone.run(f"{__package__}.{target}", variables, **where, **arguments)


def opened(backend: str | None, path: str | None, run: str) -> tuple[Deployment, Space]:
    """The same in the process that `Bench.alone` starts."""
    deployment = Deployment.found(backend, path)
    return deployment, Space(deployment.store, run)
