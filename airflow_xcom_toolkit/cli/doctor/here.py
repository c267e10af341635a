"""What is looked at: the backend with its options, its stages, and the rows, as far as they can be had."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from typing import Any

from ...errors import MetadataError, XComToolkitError
from .finding import Blocked, first_line, named
from .redaction import Redaction
from .space import Space

TOOLKIT = "airflow_xcom_toolkit.ToolkitXComBackend"
BASE = "airflow.sdk.bases.xcom.BaseXCom"


@dataclass
class Here:
    """``name`` is the backend that was asked for, if one was. What cannot be had raises `Blocked`."""

    name: str | None = None
    all_rows: bool = False
    started_with: str | None = None
    """What Airflow itself failed with, because of its backend."""
    redaction: Redaction = field(default_factory=Redaction)
    space: Space = field(default_factory=Space)

    @cached_property
    def configured(self) -> str:
        """What ``[core] xcom_backend`` says."""
        from ...compat import conf

        return str(conf.get("core", "xcom_backend", fallback=BASE) or BASE).strip()

    @cached_property
    def found(self) -> Any:
        """The class that is named, or configured. Raises what importing it raises."""
        module, _, name = (self.name or self.configured).rpartition(".")
        return getattr(import_module(module), name)

    @cached_property
    def is_unusable(self) -> bool:
        """Whether Airflow cannot import the backend that it has."""
        try:
            import_module("airflow.sdk.execution_time.xcom")
        except Exception:
            return True
        return False

    @cached_property
    def backend(self) -> Any:
        """The one to check: where another than the toolkit's is configured, what `ToolkitXComBackend` would do."""
        from ...backends import ToolkitXComBackend

        try:
            found = self.found
        except Exception:
            return ToolkitXComBackend
        return found if is_toolkits(found) else ToolkitXComBackend

    @cached_property
    def settings(self) -> Any:
        with _usable():
            return self.backend.settings()

    @cached_property
    def pipeline(self) -> Any:
        with _usable():
            return self.backend.pipeline()

    def variant(self, **changes: Any) -> Any:
        """The backend with other options."""
        return _with_settings(self.backend, replace(self.settings, **changes))

    @cached_property
    def can_offload(self) -> bool:
        """Whether values would leave their rows if there were a threshold."""
        path = self.settings.path or "file:///nowhere"
        with _usable():
            stages = self.variant(threshold=0, path=path, compression=None).pipeline()
        return stages.placement.threshold is not None

    @cached_property
    def rows(self) -> Any:
        """The rows of the metadata database."""
        from ...metadata import RowStore

        if problem := _no_file():
            raise Blocked(problem)
        try:
            return RowStore.connected()
        except MetadataError as e:
            raise Blocked(first_line(e).partition(" This needs the metadata database")[0]) from e
        except Exception as e:
            raise Blocked(f"The metadata database cannot be had here ({named(e)}).") from e

    def to_json(self) -> Mapping[str, Any]:
        return {"backend": f"{self.backend.__module__}.{self.backend.__qualname__}"}


def _with_settings(backend: Any, changed: Any) -> Any:
    class Variant(backend):  # type: ignore[misc]
        @classmethod
        def settings(cls) -> Any:
            return changed

    return Variant


@contextmanager
def _usable() -> Iterator[None]:
    """What the options cannot be used for is said once, by the check of the options."""
    try:
        yield
    except XComToolkitError as e:
        raise Blocked("The options cannot be used as they are: see the check options.") from e


def is_toolkits(found: Any) -> bool:
    """Whether a class is a backend of the toolkit, or made from one."""
    from ...abc import Backend

    return isinstance(found, type) and issubclass(found, Backend)


def _no_file() -> str | None:
    """Of a SQLite database that was never made: looking into it would make an empty one."""
    from ...compat.database import metadata_engine

    try:
        url = metadata_engine().url
    except MetadataError:
        return None
    if url.get_backend_name() != "sqlite" or os.path.exists(url.database or ""):
        return None
    if not url.database:
        return "There is no metadata database here."
    return f"There is no metadata database here: {url.database} does not exist."
