"""What this process tells of its pushes, pulls and purges: a line each, and where Airflow has them on, metrics and a
span."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from ..abc import Coordinate
from ..envelope import is_envelope
from .counting import Meter

if TYPE_CHECKING:
    from .stored import Stored

log = logging.getLogger("airflow_xcom_toolkit.values")


class Span(Protocol):
    """The current span, until it ends. ``error`` is the name of a class."""

    def end(self, attributes: Mapping[str, Any], error: str | None = None) -> None: ...


class Watch:
    """Where nobody measures, and plain JSON is not logged, it is quiet: of what is no envelope it tells nothing.

    ``is_reference`` knows a text that another backend would take for its reference.
    """

    def __init__(
        self,
        meter: Meter | None = None,
        start_span: Callable[[str], Span] | None = None,
        is_reference: Callable[[str], bool] = lambda text: False,
    ) -> None:
        self.meter = meter
        self.start_span = start_span
        self.is_reference = is_reference
        self.is_quiet = meter is None and start_span is None and not log.isEnabledFor(logging.DEBUG)

    def begin(self, action: str, at: Coordinate | None = None, *, timed: bool = True) -> Seen:
        """One begins; the caller says how it ends. Not ``timed`` is one that runs code of the user's before it ends."""
        if self.is_quiet:
            return Seen(self, action, at)
        from .measured import Measured

        return Measured(self, action, at, timed=timed)


class Seen:
    """A push, pull or purge under way. What is told of it fails nothing."""

    __slots__ = ("_action", "_at", "_start", "_watch")

    def __init__(self, watch: Watch, action: str, at: Coordinate | None) -> None:
        self._watch, self._action, self._at = watch, action, at
        self._start = perf_counter()

    def failed(self, error: BaseException) -> None:
        """Who gets the error logs it."""

    def done(self, row: Any) -> None:
        """It ended well. ``row``: what was made, loaded, or purged."""
        if is_envelope(row) and log.isEnabledFor(logging.INFO):
            self._tell(row)

    def _tell(self, row: Any) -> Stored | None:
        """The line, and what it says; ``None`` for a row that nobody could expect."""
        from .lines import line
        from .stored import stored

        try:
            found = stored(row, self._watch.is_reference)
        except Exception as e:
            log.warning("What a row of %s is cannot be told (%s)", self._at, type(e).__name__)
            return None
        level = logging.DEBUG if found.place == "plain" else logging.INFO
        if log.isEnabledFor(level):
            log.log(level, "%s", line(self._action, self._at, found, perf_counter() - self._start))
        return found


@contextmanager
def untold() -> Iterator[None]:
    """No lines meanwhile: of a command, which says itself what it does."""
    level = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(level)
