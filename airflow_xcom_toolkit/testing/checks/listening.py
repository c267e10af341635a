"""Everything that a process says meanwhile: logs of every logger at every level, warnings, and what is printed."""

from __future__ import annotations

import logging
import traceback
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest


class Heard:
    """What was said, as text."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def log(self, record: logging.LogRecord) -> None:
        """A record of the standard library, with what a formatter might show of it."""
        error = record.exc_info[1] if record.exc_info else None
        fields = {name: value for name, value in vars(record).items() if name not in ("args", "exc_info", "msg")}
        self.said += [record.getMessage(), repr(record.args), _quiet_repr(fields), shown(error) if error else ""]

    def event(self, logger: Any, method: str, event: dict[str, Any]) -> Any:
        """A processor of structlog."""
        error = event.get("exc_info")
        self.said += [_quiet_repr(event), shown(error) if isinstance(error, BaseException) else ""]
        import structlog

        raise structlog.DropEvent

    def warning(self, message: Warning | str, *_: Any, **__: Any) -> None:
        """What ``warnings.showwarning`` gets."""
        self.said.append(str(message))

    @property
    def text(self) -> str:
        return "\n".join(self.said)


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Heard]:
    """Hears all that is said within the block; what is printed, from its beginning."""
    heard = Heard()
    capfd.readouterr()
    with ExitStack() as stack:
        patch = stack.enter_context(monkeypatch.context())
        patch.setattr(logging.Logger, "isEnabledFor", lambda self, level: True)
        patch.setattr(logging.Logger, "handle", lambda self, record: heard.log(record))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("always")
        patch.setattr(warnings, "showwarning", heard.warning)
        stack.enter_context(_structlog_to(heard))
        yield heard
    heard.said += capfd.readouterr()


@contextmanager
def _structlog_to(heard: Heard) -> Iterator[None]:
    """Loggers that are in use already share the list of processors; new ones are made to let every level pass."""
    import structlog

    before, was_configured = structlog.get_config(), structlog.is_configured()
    processors: list[Any] = before["processors"]
    kept = list(processors)
    processors[:] = [structlog.contextvars.merge_contextvars, heard.event]
    every_level = structlog.make_filtering_bound_logger(logging.NOTSET)
    structlog.configure(processors=processors, wrapper_class=every_level, cache_logger_on_first_use=False)
    try:
        yield
    finally:
        processors[:] = kept
        structlog.configure(**before)
        if not was_configured:
            structlog.reset_defaults()


def shown(error: BaseException) -> str:
    """Whatever of an error and its chain anybody might print: tracebacks, ``str``, ``repr``, arguments, attributes."""
    parts = ["".join(traceback.format_exception(type(error), error, error.__traceback__))]
    for one in chain(error):
        parts += [str(one), repr(one), repr(one.args), _quiet_repr(vars(one)), repr(getattr(one, "__notes__", []))]
    return "\n".join(parts)


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that are told with it: its causes, and its contexts that are not suppressed."""
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        todo += [one.__cause__, None if one.__suppress_context__ else one.__context__]
        todo += getattr(one, "exceptions", ())


def _quiet_repr(value: Any) -> str:
    try:
        return repr(value)
    except Exception:
        return ""
