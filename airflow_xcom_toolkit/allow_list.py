"""Airflow's allow list, for the classes of values: which names a row may have, and which are imported."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Any

from .abc import PlainRefusal
from .compat import conf, extra_allowed
from .errors import SchemaError


class AirflowClassGate:
    """Airflow's allow list: ``[core] allowed_deserialization_classes``, its ``_regexp`` twin, and ``allow_class``."""

    def allows(self, dotted: str) -> bool:
        """Whether the class of that name is allowed."""
        return is_allowed(dotted)

    def name(self, cls: type) -> str:
        name = f"{cls.__module__}:{cls.__qualname__}"
        if cls.__module__ == "__main__" or "<" in name:
            raise PlainRefusal("its class is defined inside a function or script; define it at the top of a module")
        if not self.allows(_dotted(name)):
            raise PlainRefusal(f"its class is not on Airflow's allow list. Add it: {allow_line(_dotted(name))}")
        try:
            found = _import(name)
        except (ImportError, AttributeError) as e:
            raise PlainRefusal(f"its class cannot be imported as {_dotted(name)} ({e})") from e
        if found is not cls:
            raise PlainRefusal(f"{_dotted(name)} is another class than the value's; a reader would not find it")
        return name

    def load(self, name: str) -> type:
        if not self.allows(_dotted(name)):
            raise ImportError(
                f"A row holds a value of the class {_dotted(name)}, which is not on Airflow's allow list here. "
                f"If you trust it: {allow_line(_dotted(name))}"
            )
        found = _import(name)
        if not isinstance(found, type) or f"{found.__module__}:{found.__qualname__}" != name:
            raise ImportError(f"A row names {_dotted(name)} as a class, and it is none of that name")
        return found

    def rebuild(self, cls: type, fields: dict[str, Any], problem: str) -> Any:
        raise SchemaError(f"{problem}. Give the class an @xcom_schema and an @upcaster, or push the value again")


def _dotted(name: str) -> str:
    return name.replace(":", ".")


def allow_line(dotted: str) -> str:
    """The line of ``airflow.cfg`` that allows what is allowed already, and ``dotted``."""
    patterns = str(conf.get("core", "allowed_deserialization_classes", fallback="airflow.*")).split()
    return f"[core] allowed_deserialization_classes = {' '.join([*patterns, dotted])}"


def is_allowed(dotted: str) -> bool:
    """Whether Airflow imports the class of that name for a row."""
    globs = str(conf.get("core", "allowed_deserialization_classes", fallback="")).split()
    regexps = str(conf.get("core", "allowed_deserialization_classes_regexp", fallback="")).split()
    return (
        any(fnmatchcase(dotted, pattern) for pattern in globs)
        or any(re.match(pattern, dotted) for pattern in regexps)
        or dotted in extra_allowed()
    )


def _import(name: str) -> Any:
    module, _, path = name.partition(":")
    found: Any = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found
