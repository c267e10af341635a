"""Everything of Airflow that differs between its versions, or is not public. Nothing else imports such names.

Private names, each with a test for every Airflow: ``serde._extra_allowed`` (classes that ``allow_class`` allowed);
``BaseXCom._push`` and ``_apush`` of 3.4 (a task's own pushes, which no longer go through ``set``); and the task
runner's ``_serialize_rendered_fields`` (what Airflow stores of a task's arguments).
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Any

try:  # Airflow 3.2 and newer
    from airflow.sdk.configuration import conf
except ImportError:
    from airflow.configuration import conf

from airflow.sdk.bases.xcom import BaseXCom

from .abc import Dumped, HandlerContext, PlainRefusal, Source, TypeHandler
from .overwrites import collecting

__all__ = [
    "HAS_TASK_LOOPS",
    "AirflowClassGate",
    "PushHooks",
    "SerdeHandler",
    "amask_secrets",
    "conf",
    "declare_sensitive",
    "mask_rendered_fields",
    "mask_secrets",
]

log = logging.getLogger(__name__)

HAS_TASK_LOOPS = hasattr(BaseXCom, "store_value")
"""Airflow 3.4 and newer: several task instances share dag, run, task, map index and key."""


def declare_sensitive(section: str, option: str) -> None:
    """Lets ``conf`` read the ``_CMD`` and ``_SECRET`` forms of an option.

    Airflow 3.0 and 3.1 know the options of providers only where their provider manager has run.
    """
    conf.sensitive_config_values.add((section, option))


def _serde() -> Any:
    try:  # Airflow 3.2 and newer
        return import_module("airflow.sdk.serde")
    except ImportError:
        return import_module("airflow.serialization.serde")


class AirflowClassGate:
    """Airflow's allow list: ``[core] allowed_deserialization_classes``, its ``_regexp`` twin, and ``allow_class``."""

    def name(self, cls: type) -> str:
        name = f"{cls.__module__}:{cls.__qualname__}"
        if cls.__module__ == "__main__" or "<" in name:
            raise PlainRefusal("its class is defined inside a function or script; define it at the top of a module")
        if not _allowed(_dotted(name)):
            raise PlainRefusal(f"its class is not on Airflow's allow list. Add it: {_allow_line(_dotted(name))}")
        try:
            found = _import(name)
        except (ImportError, AttributeError) as e:
            raise PlainRefusal(f"its class cannot be imported as {_dotted(name)} ({e})") from e
        if found is not cls:
            raise PlainRefusal(f"{_dotted(name)} is another class than the value's; a reader would not find it")
        return name

    def load(self, name: str) -> type:
        if not _allowed(_dotted(name)):
            raise ImportError(
                f"A row holds a value of the class {_dotted(name)}, which is not on Airflow's allow list here. "
                f"If you trust it: {_allow_line(_dotted(name))}"
            )
        found = _import(name)
        if not isinstance(found, type) or f"{found.__module__}:{found.__qualname__}" != name:
            raise ImportError(f"A row names {_dotted(name)} as a class, and it is none of that name")
        return found


def _dotted(name: str) -> str:
    return name.replace(":", ".")


def _allow_line(dotted: str) -> str:
    patterns = str(conf.get("core", "allowed_deserialization_classes", fallback="airflow.*")).split()
    return f"[core] allowed_deserialization_classes = {' '.join([*patterns, dotted])}"


def _allowed(dotted: str) -> bool:
    globs = str(conf.get("core", "allowed_deserialization_classes", fallback="")).split()
    regexps = str(conf.get("core", "allowed_deserialization_classes_regexp", fallback="")).split()
    return (
        any(fnmatchcase(dotted, pattern) for pattern in globs)
        or any(re.match(pattern, dotted) for pattern in regexps)
        or dotted in getattr(_serde(), "_extra_allowed", ())
    )


def _import(name: str) -> Any:
    module, _, path = name.partition(":")
    found: Any = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found


class PushHooks:
    """A task's own pushes in Airflow 3.4, where they do not go through ``set``; older ones never call these."""

    @classmethod
    def _settle(cls, rows: Any) -> None:
        raise NotImplementedError

    @classmethod
    def _push(cls, *args: Any, **kwargs: Any) -> None:
        with collecting() as rows:
            super()._push(*args, **kwargs)  # type: ignore[misc]
        cls._settle(rows)

    @classmethod
    async def _apush(cls, *args: Any, **kwargs: Any) -> None:
        with collecting() as rows:
            await super()._apush(*args, **kwargs)  # type: ignore[misc]
        await asyncio.to_thread(cls._settle, rows)


class SerdeHandler(TypeHandler):
    """What only Airflow's own serde keeps: classes with ``serialize``, and those it has serializers for.

    Refuses what serde would give back changed: each value is tried before it is kept.
    """

    type_id = "airflow.serde@1"

    def accepts(self, value: Any) -> bool:
        return not isinstance(value, (type, str, int, float, list, dict, tuple, set, frozenset))

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        serde = _serde()
        try:
            encoded = serde.serialize(value)
            again = serde.deserialize(encoded)
            same = type(again) is type(value) and serde.serialize(again) == encoded and _equal(again, value)
        except Exception as e:
            raise PlainRefusal(
                "neither a type handler of the toolkit nor Airflow's serde keeps it. Return plain Python, numpy, "
                "pandas, Arrow or polars values, a dataclass, attrs class or pydantic model; or register a type "
                "handler (entry point group airflow_xcom_toolkit.handlers)"
            ) from e
        if not same:
            raise PlainRefusal("Airflow's serde would give it back changed")
        return Dumped(children=[encoded])

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return _serde().deserialize(children[0])


def _equal(one: Any, other: Any) -> bool:
    """Whether two values are equal, as far as their class can tell: without ``__eq__`` it tells identity only."""
    has_eq = any("__eq__" in vars(base) for base in type(one).__mro__ if base is not object)
    return not has_eq or bool(one == other)


def mask_secrets(secrets: Sequence[str]) -> None:
    """Hides ``secrets`` in logs and rendered fields, of the task and of its supervisor."""
    try:  # Airflow 3.1 and newer
        module: Any = import_module("airflow.sdk.log")
        mask_secret = module.mask_secret
    except AttributeError:
        mask_secret = import_module("airflow.sdk.execution_time.secrets_masker").mask_secret
    mask_secret(list(secrets))


def mask_rendered_fields(mask: Callable[[Any], Any]) -> None:
    """Passes the rendered arguments of the task through ``mask`` before Airflow stores them.

    Airflow's own masker passes over numbers, the keys of dicts, and what is more than five levels deep.
    """
    runner: Any = import_module("airflow.sdk.execution_time.task_runner")
    original = getattr(runner, "_serialize_rendered_fields", None)
    if original is None:
        log.warning("This Airflow renders arguments in an unknown way; what was decrypted may be shown among them.")
        return

    def serialize_and_mask(*args: Any, **kwargs: Any) -> dict[str, Any]:
        return {name: mask(value) for name, value in original(*args, **kwargs).items()}

    runner._serialize_rendered_fields = serialize_and_mask


async def amask_secrets(secrets: Sequence[str]) -> None:
    """The same from a coroutine, where a blocking message to the supervisor could wait for itself."""
    try:  # Airflow 3.3 and newer
        from airflow.sdk.log import amask_secret
    except ImportError:
        return mask_secrets(secrets)
    await amask_secret(list(secrets))
